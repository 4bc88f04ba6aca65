package slurm

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fakeSlurm puts a Slurm of one shell script first on PATH, whose jobs start at
// once. In its folder, file down makes it answer nothing, and file deaf makes
// sbatch fail although it takes the job; with file oom jobs end out of memory. File
// limit holds how many submissions it refuses for the number of the user's jobs,
// and file reason how many listings give a job as pending, and why. Variables of
// Slurm's programs do what squeue(1) and sbatch(1) say.
const fakeSlurm = `#!/bin/bash
dir=$(dirname "$(readlink -f "$0")")
echo "$(basename "$0") $*" >>"$dir/calls"
if [ -e "$dir/down" ]; then echo "$(basename "$0"): error: Unable to contact slurm controller (connect failure)" >&2; exit 1; fi
left() { # counts down the last word of a file
	local n
	n=$(sed 's/.* //' "$1" 2>/dev/null) && [ "$n" -gt 0 ] && sed -i "s/[0-9]*\$/$((n - 1))/" "$1"
}
state() { # of a job's folder
	if [ -e "$1/state" ]; then cat "$1/state"
	elif kill -0 "$(cat "$1/pid")" 2>/dev/null; then echo RUNNING
	elif [ -e "$dir/oom" ]; then echo OUT_OF_MEMORY
	elif [ "$(cat "$1/status" 2>/dev/null)" = 0 ]; then echo COMPLETED
	else echo FAILED; fi
}
case $(basename "$0") in
sbatch)
	script=${*: -1}
	name=$(sed -n 's/^#SBATCH --job-name=//p' "$script")
	case $(sed -n 's/^#SBATCH --partition=//p' "$script") in bad) echo "sbatch: error: invalid partition specified: bad" >&2; exit 1; esac
	if [ "$1" = --test-only ]; then exit 0; fi
	if [ -n "$SBATCH_PARTITION" ]; then echo "sbatch: error: invalid partition specified: $SBATCH_PARTITION" >&2; exit 1; fi
	if left "$dir/limit"; then
		echo "sbatch: error: $(sed 's/ .*//' "$dir/limit")" >&2
		echo "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)" >&2
		exit 1
	fi
	id=1
	while ! mkdir "$dir/jobs/$id" 2>/dev/null; do id=$((id + 1)); done
	job=$dir/jobs/$id
	echo "$name" >"$job/name"
	chdir=${2#--chdir=}
	(cd "$chdir" || exit; setsid bash -c 'bash "$1" >>slurm.log 2>&1; echo $? >"$2/status"' - "$script" "$job" >/dev/null 2>&1 & echo $! >"$job/pid")
	if [ -e "$dir/deaf" ]; then rm "$dir/deaf"; echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2; exit 1; fi
	echo "$id"
	;;
squeue)
	if [ -n "$SQUEUE_STATES$SQUEUE_PARTITION" ]; then exit 0; fi
	for job in "$dir"/jobs/*; do
		if left "$dir/reason"; then echo "$(basename "$job")|PENDING|$(sed 's/ .*//' "$dir/reason")|$(cat "$job/name")"
		elif [ ! -e "$job/hidden" ]; then echo "$(basename "$job")|$(state "$job")|None|$(cat "$job/name")"; fi
	done
	echo "99|RUNNING|None|adb-of-somebody-else"
	;;
scancel)
	for job in "$dir"/jobs/*; do
		if [ "--name=$(cat "$job/name")" = "${*: -1}" ] && [ "$(state "$job")" = RUNNING ]; then
			echo CANCELLED >"$job/state"; kill -KILL -- -"$(cat "$job/pid")"
		fi
	done
	;;
esac
`

// cluster is a fake Slurm and a folder for jobs.
type cluster struct {
	t         *testing.T
	dir, root string
}

func newCluster(t *testing.T) cluster {
	c := cluster{t, t.TempDir(), t.TempDir()}
	if err := os.Mkdir(filepath.Join(c.dir, "jobs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sbatch", "squeue", "scancel"} {
		if err := os.WriteFile(filepath.Join(c.dir, name), []byte(fakeSlurm), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", c.dir+":"+os.Getenv("PATH"))
	return c
}

func (c cluster) touch(name string) string {
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		c.t.Error(err)
	}
	return path
}

func (c cluster) calls(program string) int {
	data, err := os.ReadFile(filepath.Join(c.dir, "calls"))
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.Count("\n"+string(data), "\n"+program+" ")
}

// end ends a job of the fake Slurm in the state, once it runs.
func (c cluster) end(id, state string) {
	job := filepath.Join(c.dir, "jobs", id)
	for range 3000 {
		time.Sleep(10 * time.Millisecond)
		text, _ := os.ReadFile(filepath.Join(job, "pid"))
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || syscall.Kill(-pid, 0) != nil { // not yet a group of its own
			continue
		}
		if err := os.WriteFile(filepath.Join(job, "state"), []byte(state), 0o600); err != nil {
			c.t.Error(err)
		}
		if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil {
			c.t.Errorf("end job %s: %v", id, err)
		}
		return
	}
	c.t.Errorf("job %s never ran", id)
}
