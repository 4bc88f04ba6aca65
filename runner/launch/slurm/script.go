package slurm

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Names of files in a submission's folder.
const (
	scriptFile   = "script.sh"
	logFile      = "slurm.log"
	progressFile = "progress.jsonl"
	resultFile   = "result.json"
	exitFile     = "exit"
	adapterDir   = "adapter"
	jobFile      = "job.json" // in the folder above
)

// Config is what jobs are submitted with, in the words of sbatch. Its values are
// checked where they are read (package experiment): they hold no spaces.
type Config struct {
	Partition, Account, Gres string
	Time                     time.Duration // 0: the partition's
	Options                  []string

	Slots             int           // jobs at a time
	Interval          time.Duration // between two looks at the queue
	CancelOnInterrupt bool

	Program string   // the path of autodatabench on the nodes
	Env     []string // of sbatch, and so of the jobs; nil is this process's
}

// warning is how long before its limit a job is told to stop, in seconds.
func (c Config) warning() int {
	if c.Time == 0 {
		return 60
	}
	return int(min(60, c.Time.Seconds()/10))
}

// directives are the lines that sbatch reads.
func (c Config) directives(name string) string {
	var b strings.Builder
	line := func(option, value string) {
		if value != "" {
			fmt.Fprintf(&b, "#SBATCH --%s=%s\n", option, value)
		}
	}
	line("job-name", name)
	line("partition", c.Partition)
	line("account", c.Account)
	line("gres", c.Gres)
	if c.Time > 0 {
		line("time", strconv.Itoa(int((c.Time+time.Minute-1)/time.Minute))) // in minutes
	}
	for _, option := range c.Options {
		fmt.Fprintf(&b, "#SBATCH %s\n", option)
	}
	line("output", logFile)
	line("open-mode", "append")
	line("signal", "B:TERM@"+strconv.Itoa(c.warning()))
	b.WriteString("#SBATCH --no-requeue\n")
	return b.String()
}

// script is the job's, for the submission in folder. The exit file appears whole
// or not at all.
func (c Config) script(name, folder string) string {
	return `#!/bin/bash
` + c.directives(name) + `
# One step of a student. The program does it; this script passes on the signal
# that comes before the time limit, and says how the program ended.
cd ` + quoted(folder) + ` || exit 1
rm -f ` + exitFile + ` # of a run before a requeue
signal=
trap 'signal=TERM; kill -TERM "$program" 2>/dev/null' TERM
` + quoted(c.Program) + ` job ` + quoted(folder) + ` &
program=$!
wait "$program"
status=$?
if [ -n "$signal" ]; then # the trap ended the wait, not the program
	wait "$program"
	status=$?
fi
printf '%s %s\n' "$status" "$signal" >` + exitFile + `.new && mv ` + exitFile + `.new ` + exitFile + `
exit "$status"
`
}

// quoted is the text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// Exit is how a job's program ended, as its script says.
type Exit struct {
	Status int
	Signal string // TERM if the job was told to stop
}

// parseExit reads an exit file. A file that is not the script's is as good as
// none.
func parseExit(data []byte) *Exit {
	words := strings.Fields(string(data))
	if len(words) == 0 || len(words) > 2 {
		return nil
	}
	status, err := strconv.ParseUint(words[0], 10, 8)
	if err != nil {
		return nil
	}
	e := &Exit{Status: int(status)}
	if len(words) == 2 {
		if words[1] != "TERM" {
			return nil
		}
		e.Signal = words[1]
	}
	return e
}

// namePrefix begins the name of every job of this package.
const namePrefix = "adb-"

// jobName is the name of the n-th submission of a step.
func jobName(step string, n int) string { return namePrefix + step + "-" + strconv.Itoa(n) }

func submissionDir(stepDir string, n int) string { return filepath.Join(stepDir, strconv.Itoa(n)) }
