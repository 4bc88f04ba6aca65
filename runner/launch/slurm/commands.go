package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
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
	cmd.Env = environment(name, cmd.Environ())
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

// spoken are the variables that change what Slurm's programs ask for and print.
var spoken = []string{"SLURM_", "SBATCH_", "SQUEUE_", "SCANCEL_", "SACCT_"}

// environment is what a program of Slurm gets of the environment, so that no
// setting of the user changes what it says. The environment of sbatch is the job's
// as well, and keeps its language.
func environment(program string, all []string) []string {
	kept := []string{}
	for _, pair := range all {
		name, _, _ := strings.Cut(pair, "=")
		isSpoken := name != "SLURM_CONF" && slices.ContainsFunc(spoken, func(p string) bool { return strings.HasPrefix(name, p) })
		isLanguage := name == "LANG" || name == "LANGUAGE" || strings.HasPrefix(name, "LC_")
		if !isSpoken && (program == "sbatch" || !isLanguage) {
			kept = append(kept, pair)
		}
	}
	if program != "sbatch" {
		kept = append(kept, "LANG=C")
	}
	return kept
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

// submitted matches what sbatch prints: id or id;cluster with --parsable, else a
// sentence. Plugins of a site may print lines of their own before it, and wrappers
// may drop the option.
var submitted = regexp.MustCompile(`(?m)^(?:Submitted batch job )?([0-9]{1,18})(?:;[A-Za-z0-9_.-]+| on cluster [A-Za-z0-9_.-]+)?\s*$`)

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

// Limits of accounts and qualities of service, by the names in which sbatch gives
// them as its reason (squeue(1), JOB REASON CODES), such as
// QOSMaxSubmitJobPerUserLimit, AssocGrpSubmitJobsLimit, QOSMaxNodePerJobLimit.
var (
	submitLimit = regexp.MustCompile(`(?i)\b(?:QOS|Assoc)(?:Max|Grp)SubmitJobs?\w*|\bMaxSubmitJobs?\w*|\btemporarily unable to accept job`)
	jobLimit    = regexp.MustCompile(`(?i)\b(?:QOS|Assoc)(?:Max|Min)\w+Per(?:Job|Node)\w*|\b(?:QOS|Assoc)MaxWallDurationPerJob\w*`)
)

// policy is what sbatch says after every one of these limits, and alone where a
// site hides which.
const policy = "violates accounting/qos policy"

// refused reports whether Slurm will not take the job however often it is asked.
func refused(err error) bool {
	text := strings.ToLower(err.Error())
	for _, words := range refusals {
		if strings.Contains(text, words) {
			return true
		}
	}
	return jobLimit.MatchString(text)
}

// full reports whether sbatch refused a job that it may take later, since too many
// others wait or run. Jobs ahead in the queue may take days, which named says: the
// limit is one of these. Where it is not named, another limit may be meant.
func full(err error) (yes, named bool) {
	text := err.Error()
	if refused(err) {
		return false, false
	}
	named = submitLimit.MatchString(text)
	return named || strings.Contains(strings.ToLower(text), policy), named
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
