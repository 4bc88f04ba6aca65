// Package setup is the composition root: from the words of an experiment file it
// opens everything that the experiment works with.
//
// [Open] makes an [experiment.Setup] for a command that works on an experiment,
// and [OpenReplay] opens a recorded trial to be run again. The package is not for
// commands, flags or output, and not for what an experiment does with its setup
// (package experiment).
//
// The package reads clock and environment only from a [World]. Open writes nothing
// into the experiment's folder, and removes temporary folders of killed processes. It
// checks first what a user may have forgotten, such as bubblewrap or an agent's key.
// The student and the teacher, whose servers take long to start, come after that.
// Setup.Close closes what was opened. If Open fails, it has closed everything itself.
//
// Open calls the other files in this order: sandbox.go; definitions.go; agents.go with
// programs.go; students.go with hf.go, llamafactory.go and vllm.go; tasks.go; gpus.go;
// launcher.go; teacher.go.
package setup

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/launch/slurm"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// Request says which experiment is opened.
type Request struct {
	File   experiment.File
	Path   string // of the experiment file, for messages; empty where there is none
	Given  []byte // the file's text, which the experiment's folder keeps
	Root   record.Experiment
	Origin record.Experiment // in a replay, the folder of the recorded experiment; else empty
	Places Places
	Agents []definitions.Definition // before those of the experiment's folder and of the program
}

// Places are the folders outside of an experiment that its tasks lie in.
type Places struct {
	Private string // of the private sets
	Paper   string // of suite paper
	Visible bool   // the private sets need not be there
}

// Needs are the parts to open besides tasks and student, which every command
// needs.
type Needs struct {
	Agents  bool // their programs run in the sandbox, which they need too
	Teacher bool
	Sandbox bool
}

// Everything is what a run needs.
func Everything() Needs { return Needs{Agents: true, Teacher: true, Sandbox: true} }

// Open checks the experiment's words and opens what they name. Without [Needs] it
// needs no key and no sandbox, and no GPU or server but the student's. Whoever
// opens a setup closes it.
func Open(ctx context.Context, w World, r Request, needs Needs) (s *experiment.Setup, err error) {
	s = &experiment.Setup{
		File: r.File, Given: r.Given, Root: r.Root, Version: Version(), PrivateRoot: r.Places.Private,
		Holder: w.Holder, Now: w.Now, Clock: w.clock(),
	}
	if needs.Sandbox {
		if err := sandbox.OnlyLinux(runtime.GOOS); err != nil {
			return nil, err
		}
	}
	if r.File.Launcher.Kind == experiment.Slurm {
		if err := slurm.Available(); err != nil {
			return nil, err
		}
	}
	disk.SweepScratch(sandbox.EndOrphans)
	var opened closers
	s.Close = func() error { return opened.close() }
	defer func() {
		if err != nil {
			s, err = nil, errors.Join(err, opened.close())
		}
	}()
	if needs.Sandbox || needs.Agents {
		in, err := openSandbox(w, r)
		if err != nil {
			return s, err
		}
		s.Sandbox, s.File.Sandbox.EnvironmentDigest = in.Sandbox, in.EnvironmentDigest()
		if needs.Agents {
			list, err := Definitions(r)
			if err != nil {
				return s, err
			}
			if s.Agents, err = openAgents(w, list, in); err != nil {
				return s, err
			}
		}
	}
	plan, err := planStudent(w, r.File)
	if err != nil {
		return s, err
	}
	if s.File.Domains, s.Tasks, err = openTasks(w, r, plan); err != nil {
		return s, err
	}
	if err := checkRecipe(s.File, plan); err != nil {
		return s, err
	}
	if p, err := s.File.Resolve(); err == nil && needs.Teacher && !s.File.Student.Embedded() {
		fmt.Fprintf(w.Stderr, "student %s: protocol %s, %s\n", plan.identity.Name, p.Name, p.Recipe.Words())
	}
	gpus, err := divide(ctx, w, r.File, needs)
	if err != nil {
		return s, err
	}
	student, err := openStudents(ctx, w, s.File, plan, gpus.Students, r.Root)
	if err != nil {
		return s, err
	}
	opened.add(student.close)
	s.Student, s.Identity, s.Fits, s.Ready = student, plan.identity, plan.fits, plan.ready
	if needs.Teacher {
		teacher, end, err := openTeacher(ctx, w, r.File, gpus.Teacher)
		if err != nil {
			return s, err
		}
		opened.add(end)
		s.Teacher = sentTeacher{teacher, w.sent()}
	}
	return s, nil
}

// checkRecipe refuses a protocol that the student cannot follow, before budgets
// are spent on it.
func checkRecipe(f experiment.File, plan studentPlan) error {
	p, err := f.Resolve()
	if err != nil {
		return results.Bad(err)
	}
	if err := plan.checkRecipe(p.Recipe); err != nil {
		hint := ""
		if plan.identity.Embedded {
			hint = "the embedded student follows protocol mini"
		}
		return results.Bad(fmt.Errorf("protocol %s: %w", p.Name, err), hint)
	}
	return nil
}

// closers end what was opened.
type closers []func() error

func (c *closers) add(end func() error) { *c = append(*c, end) }

// close ends all, the last opened first.
func (c closers) close() (err error) {
	for i := len(c) - 1; i >= 0; i-- {
		err = errors.Join(err, c[i]())
	}
	return err
}

// What a release is stamped with (bench/release.sh); empty in other builds.
var release, commit string

// Commit is the one that the program was built from, with a + when files had changed
// since; empty where nobody recorded it.
func Commit() string {
	info, ok := debug.ReadBuildInfo()
	if commit != "" || !ok {
		return commit
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	return revision + changed
}

// Version is the release's, or what the Go tool recorded.
func Version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}
