package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
)

// commandTime bounds one of Slurm's commands, which wait for their controller.
const commandTime = 2 * time.Minute

// mostSilence is how long Slurm may give no answer before a step is given up.
const mostSilence = time.Hour

var errSilent = errors.New("slurmctld has not answered")

// commands runs Slurm's programs.
type commands struct {
	env []string // of the programs; nil is this process's
}

// run returns what the program printed; its error says what it complained of, in
// one line.
func (c commands) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.WaitDelay = c.env, time.Second
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if text := oneLine(complaint.Bytes()); text != "" {
			return out.Bytes(), fmt.Errorf("%s: %s", name, text)
		}
		return out.Bytes(), fmt.Errorf("%s: %w", name, err)
	}
	return out.Bytes(), nil
}

// mostShown bounds foreign text in an error, in bytes.
const mostShown = 300

// oneLine is the end of foreign text in one printable line.
func oneLine(text []byte) string {
	line := strings.Join(strings.Fields(strings.ToValidUTF8(cut.Tail(string(text), 4*mostShown), "?")), " ")
	line = strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '?'
	}, line)
	if len(line) > mostShown {
		line = "..." + cut.Tail(line, mostShown)
	}
	return line
}

// submitted matches what sbatch --parsable prints: id, or id;cluster. Plugins of
// a site may print lines of their own before it.
var submitted = regexp.MustCompile(`(?m)^([0-9]{1,18})(;[A-Za-z0-9_.-]+)?\s*$`)

// parseSubmitted reads the job's number.
func parseSubmitted(out []byte) (int64, error) {
	all := submitted.FindAllSubmatch(out, -1)
	if len(all) == 0 {
		return 0, fmt.Errorf("sbatch printed no job number but %q", oneLine(out))
	}
	return strconv.ParseInt(string(all[len(all)-1][1]), 10, 64)
}

// unavailable is what sbatch says of nodes that the cluster does not have, and
// sbatch --test-only also of nodes that are drained or down.
const unavailable = "requested node configuration is not available"

// refusals are what sbatch says of a job that it will never take, in lower case.
var refusals = []string{
	"invalid partition", "invalid account", "invalid generic resource", "invalid gres", "invalid qos", "invalid feature", "invalid --",
	"invalid option", "unrecognized option", "unknown option", "requires an argument", "requested time limit is invalid",
	"time limit exceeds", unavailable, "more processors requested than permitted",
	"access/permission denied", "not permitted", "user's group not permitted",
}

// refused reports whether Slurm will not take the job however often it is asked.
func refused(err error) bool {
	text := strings.ToLower(err.Error())
	for _, words := range refusals {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

func refusal(err error) error {
	return results.Bad(fmt.Errorf("the cluster refuses the job: %w", err), "see the experiment's launcher: partition, account, gres, time, options")
}

// Available checks that Slurm's commands are here.
func Available() error {
	for _, name := range []string{"sbatch", "squeue", "scancel"} {
		if _, err := exec.LookPath(name); err != nil {
			return results.Infra(fmt.Errorf("launcher slurm: there is no %s here", name), "run it where Slurm's commands are, or take launcher: {kind: local}")
		}
	}
	return nil
}
