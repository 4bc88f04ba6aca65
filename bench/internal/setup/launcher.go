package setup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/launch"
	"github.com/autodatabench/autodatabench/runner/launch/slurm"
)

// openStudents opens the experiment's student where its launcher has it work: on
// each set of this machine's GPUs, or in jobs of a cluster, whose folders lie in the
// experiment's folder root.
func openStudents(ctx context.Context, w World, f experiment.File, plan studentPlan, sets []string, root record.Experiment) (openedStudent, error) {
	if f.Launcher.Kind == experiment.Slurm {
		return openSlurm(ctx, w, f, plan, root)
	}
	var members []launch.Student
	var gathered []launch.Member
	var opened closers
	for _, devices := range sets {
		member, err := plan.open(devices)
		if err != nil {
			return openedStudent{}, errors.Join(err, opened.close())
		}
		members = append(members, member)
		gathered = append(gathered, launch.Member{Student: member, Many: member.many, Asks: f.Student.Asked()})
		opened.add(member.close)
	}
	if n := f.Student.Together(); n > 1 {
		gatherer := launch.NewGatherer(n, gathered...)
		opened.add(gatherer.Close)
		return openedStudent{gatherer, opened.close, nil}, nil
	}
	return openedStudent{launch.NewPool(members...), opened.close, nil}, nil
}

// openSlurm asks the cluster whether it would take a job before anything is
// written.
func openSlurm(ctx context.Context, w World, f experiment.File, plan studentPlan, root record.Experiment) (openedStudent, error) {
	// No more than the student depends on: the rest may change before a resume.
	described := experiment.File{Protocol: f.Protocol, FinalSeeds: f.FinalSeeds}
	var err error
	if described.Student, err = portable(f.Student); err != nil {
		return openedStudent{}, err
	}
	l, err := slurm.New(slurm.Config{
		Partition: f.Launcher.Partition, Account: f.Launcher.Account, Gres: f.Gres(),
		Time: time.Duration(f.Launcher.Time), Options: f.Launcher.Options,
		Slots:             cmp.Or(f.Launcher.Slots, f.Parallel),
		Interval:          cmp.Or(time.Duration(f.Launcher.Interval), experiment.DefaultInterval),
		CancelOnInterrupt: f.Launcher.CancelOnInterrupt,
		Program:           w.Program, Env: forJobs(w.Environ, f.Secrets()...),
	}, root.Jobs(), described, plan.identity, os.Getuid(), w.Now)
	if err != nil {
		return openedStudent{}, err
	}
	return openedStudent{l, func() error { return nil }, nil}, l.Check(ctx)
}

// portable is the student in words that mean the same in another folder.
func portable(s experiment.Student) (experiment.Student, error) {
	paths := []*string{&s.Python, &s.LlamaFactory}
	if info, err := os.Stat(s.Model); err == nil && info.IsDir() { // no name in the hub's cache
		paths = append(paths, &s.Model)
	}
	if s.Serve != nil && len(s.Serve.Command) > 0 {
		serve := *s.Serve
		serve.Command = slices.Clone(serve.Command)
		s.Serve, paths = &serve, append(paths, &serve.Command[0])
	}
	for _, path := range paths {
		if !strings.Contains(*path, "/") && path != &s.Model {
			continue // a program on PATH
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return s, results.Infra(err)
		}
		*path = absolute
	}
	return s, nil
}

// forJobs is the environment that jobs get: without secrets, which Slurm would
// write into its spool, and without what a job around this process or its own
// GPUs put there.
func forJobs(environ []string, secrets ...string) []string {
	return slices.DeleteFunc(child.Env(environ, secrets...), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return name == visibleDevices || strings.HasPrefix(name, "SLURM_") && name != "SLURM_CONF"
	})
}

// RunJob does the step of the student that a job of launcher slurm finds described
// in the folder.
func RunJob(ctx context.Context, w World, dir string) error {
	return slurm.Execute(ctx, dir, func(description json.RawMessage) (slurm.Student, results.Identity, func() error, error) {
		var f experiment.File
		if err := json.Unmarshal(description, &f); err != nil {
			return nil, results.Identity{}, nil, results.Infra(err)
		}
		plan, err := planStudent(w, f)
		if err != nil {
			return nil, results.Identity{}, nil, err
		}
		opened, err := plan.open("") // on what Slurm gave the job
		return opened, plan.identity, opened.close, err
	}, w.Now)
}
