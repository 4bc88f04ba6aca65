package experiment

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results/config"
)

// The kinds of launcher.
const (
	Local = "local"
	Slurm = "slurm"
)

// Launcher says where the student works: on this machine, or in jobs of a Slurm
// cluster. It is no part of an experiment's terms, since scores do not depend on
// it.
type Launcher struct {
	Kind  string `yaml:"kind" json:"kind"`                       // local | slurm
	Slots int    `yaml:"slots,omitempty" json:"slots,omitempty"` // students at work at a time; 0: as the launcher can

	// Of kind slurm, in the words of sbatch; empty for the cluster's default, of
	// gres for [File.Gres].
	Partition         string          `yaml:"partition,omitempty" json:"partition,omitempty"`
	Account           string          `yaml:"account,omitempty" json:"account,omitempty"`
	Gres              string          `yaml:"gres,omitempty" json:"gres,omitempty"` // such as gpu:2
	Time              config.Duration `yaml:"time,omitempty" json:"time,omitempty"` // limit of a job
	Options           []string        `yaml:"options,omitempty" json:"options,omitempty"`
	Interval          config.Duration `yaml:"interval,omitempty" json:"interval,omitempty"` // between two looks at the queue
	CancelOnInterrupt bool            `yaml:"cancel_on_interrupt,omitempty" json:"cancel_on_interrupt,omitempty"`
}

// DefaultInterval is the time between two looks at the queue: controllers of big
// clusters suffer from more.
const DefaultInterval = 15 * time.Second

var (
	slurmWord   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.,:=*()-]*$`)
	slurmOption = regexp.MustCompile(`^--[a-z][a-z0-9-]*(=[A-Za-z0-9_.,:/@%+*&|()\[\]-]+)?$`)
)

// ours are the options of sbatch that the launcher sets itself, or that would
// hide its jobs from it.
var ours = []string{
	"account", "array", "begin", "chdir", "cluster-constraint", "clusters", "deadline", "dependency", "error", "gres", "hold",
	"input", "job-name", "no-requeue", "open-mode", "output", "parsable", "partition", "requeue", "signal", "test-only", "time", "uid", "wait", "wrap",
}

func (l Launcher) validate() error {
	if err := known("launcher.kind", l.Kind, Local, Slurm); err != nil {
		return err
	}
	if err := within("launcher.slots", l.Slots, 0, 10_000); err != nil {
		return err
	}
	if l.Kind == Local {
		for key, given := range map[string]bool{
			"partition": l.Partition != "", "account": l.Account != "", "gres": l.Gres != "", "time": l.Time != 0,
			"options": l.Options != nil, "interval": l.Interval != 0, "cancel_on_interrupt": l.CancelOnInterrupt,
		} {
			if given {
				return fmt.Errorf("launcher.%s: goes with kind slurm", key)
			}
		}
		return nil
	}
	return l.validateSlurm()
}

func (l Launcher) validateSlurm() error {
	for key, word := range map[string]string{"partition": l.Partition, "account": l.Account, "gres": l.Gres} {
		if word != "" && (len(word) > 200 || !slurmWord.MatchString(word)) {
			return fmt.Errorf("launcher.%s: %q is no name that Slurm takes", key, word)
		}
	}
	if t := time.Duration(l.Time); t != 0 && (t < time.Minute || t > 366*24*time.Hour) {
		return fmt.Errorf("launcher.time: %s is not between a minute and a year", t)
	}
	if i := time.Duration(l.Interval); i != 0 && (i < time.Second || i > time.Hour) {
		return fmt.Errorf("launcher.interval: %s is not between a second and an hour", i)
	}
	for _, option := range l.Options {
		if len(option) > 400 || !slurmOption.MatchString(option) {
			return fmt.Errorf("launcher.options: %q: want the form --name or --name=value, without spaces", option)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(option, "--"), "=")
		for _, taken := range ours {
			// sbatch takes a name's beginning for the name.
			if strings.HasPrefix(taken, name) {
				return fmt.Errorf("launcher.options: %s: the launcher sets --%s itself", option, taken)
			}
		}
	}
	return nil
}
