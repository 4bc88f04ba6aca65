package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
	"github.com/autodatabench/autodatabench/tasks"
)

// load checks the experiment's words and loads what they name. It needs no key
// or sandbox, and no GPU or server but the student's, and writes nothing. Whoever
// loads closes the setup.
func load(ctx context.Context, env Env, f experiment.File, given []byte, root string, at places) (*experiment.Setup, error) {
	s := &experiment.Setup{
		Given: given, Root: root, Version: version(), PrivateRoot: at.private,
		Tasks:  map[results.Domain]tasks.Task{},
		Holder: env.Holder, Now: env.Now,
	}
	plan, err := planStudent(env, f)
	if err != nil {
		return nil, err
	}
	list, err := loadTasks(f.Suite, f.Domains, at)
	if err != nil {
		return nil, err
	}
	f.Domains = nil
	for _, task := range list {
		if slices.Contains(f.Settings, results.Seed) && len(task.Seed) == 0 {
			return nil, results.Bad("leave setting seed out", fmt.Errorf("task %s has no seed pool", task.Name))
		}
		f.Domains = append(f.Domains, task.Brief.Domain)
		s.Tasks[task.Brief.Domain] = fitStudent(env, task, plan)
	}
	s.File = f
	if err := checkRecipe(f, plan); err != nil {
		return nil, err
	}
	opened, err := openStudents(ctx, env, f, plan, root)
	if err != nil {
		return nil, err
	}
	s.Student, s.Identity, s.Close = opened, plan.identity, opened.close
	return s, nil
}

// checkRecipe refuses a protocol that the student cannot follow, before budgets
// are spent on it.
func checkRecipe(f experiment.File, plan studentPlan) error {
	p, err := f.Resolve()
	if err != nil {
		return results.Bad("", err)
	}
	if err := plan.checkRecipe(p.Recipe); err != nil {
		hint := ""
		if plan.identity.Embedded {
			hint = "the embedded student follows protocol mini"
		}
		return results.Bad(hint, fmt.Errorf("protocol %s: %w", p.Name, err))
	}
	return nil
}

// compose loads the experiment and opens all it works with, before anything is
// written: the agents first, whose keys the user may have to look for.
func compose(ctx context.Context, env Env, f experiment.File, given []byte, root string, at places, agentFiles []string) (*experiment.Setup, error) {
	list, agents, err := openAgents(env, f, agentFiles)
	if err != nil {
		return nil, err
	}
	s, err := load(ctx, env, f, given, root, at)
	if err != nil {
		return nil, err
	}
	s.Agents = agents
	if err := complete(ctx, env, s, f, list, root, at); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openAgents loads the definitions of the experiment's agents and opens them.
func openAgents(env Env, f experiment.File, files []string) (list []definitions.Definition, opened map[string]experiment.Agent, err error) {
	if list, err = loadAgents(f, files); err != nil {
		return nil, nil, err
	}
	if err := checkPrices(f, list); err != nil {
		return nil, nil, err
	}
	opened = map[string]experiment.Agent{}
	for _, d := range list {
		if opened[d.Name], err = buildAgent(env, d); err != nil {
			return nil, nil, err
		}
	}
	return list, opened, nil
}

// complete opens what load leaves out beside the agents: teacher and sandbox.
func complete(ctx context.Context, env Env, s *experiment.Setup, f experiment.File, list []definitions.Definition, root string, at places) error {
	if err := addTeacher(ctx, env, s, f); err != nil {
		return err
	}
	hidden, err := hiddenPaths(root, f.Suite, at)
	if err != nil {
		return err
	}
	if s.Sandbox, err = openSandbox(env, f.Sandbox, hidden); err != nil {
		return err
	}
	return startCommands(env, s, list, hidden)
}

func openSandbox(env Env, s experiment.Sandbox, hidden []string) (*sandbox.Sandbox, error) {
	box, err := sandbox.New(sandbox.Config{
		Kind: s.Kind, Python: s.Python, Hide: hidden, Now: env.Now,
		Limits: sandbox.Limits{Memory: int64(s.Memory), Processes: s.Processes},
	})
	if err == nil && s.Kind == "none" {
		fmt.Fprintln(env.Stderr, "warning: sandbox none: agents' code runs with your rights; every trial is marked unsandboxed")
	}
	return box, err
}

// loadAgents loads the definitions of the experiment's agents, from the given
// files first. A file that the experiment has no use for is refused.
func loadAgents(f experiment.File, files []string) ([]definitions.Definition, error) {
	given := map[string]definitions.Definition{}
	for _, path := range files {
		d, err := definitions.LoadFile(path)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(f.Agents, d.Name) {
			return nil, results.Bad("name it among the experiment's agents",
				fmt.Errorf("--agent-file %s: defines agent %q, which the experiment does not name", path, d.Name))
		}
		if _, twice := given[d.Name]; twice {
			return nil, results.Bad("", fmt.Errorf("--agent-file %s: defines agent %q, which another file defines too", path, d.Name))
		}
		given[d.Name] = d
	}
	var list []definitions.Definition
	for _, name := range f.Agents {
		d, ok := given[name]
		if !ok {
			var err error
			if d, err = definitions.Load(name); err != nil {
				return nil, err
			}
		}
		list = append(list, d)
	}
	return list, nil
}

func buildAgent(env Env, d definitions.Definition) (experiment.Agent, error) {
	a := experiment.Agent{
		Definition: d.Public(), Title: d.Title(), Simulated: d.Simulated(),
		PromptTokens: d.PromptTokens(), OutputTokens: d.Sampling.MaxOutputTokens, Price: d.Pricing(),
	}
	var err error
	if a.Digest, err = disk.DigestOf(d); err != nil {
		return a, err
	}
	if d.Provider == definitions.Command { // opened by startCommands, once there is a sandbox
		_, err = d.Key(env.Getenv)
		return a, err
	}
	a.Agent, err = d.Open(env.Getenv)
	return a, err
}

func composeTeacher(env Env, t experiment.Teacher, seed int64) (teacher.Teacher, error) {
	if t.Kind == "procedural" {
		return procedural.New(seed), nil
	}
	key, err := keyOf(env, "teacher", t.APIKeyEnv)
	if err != nil {
		return nil, err
	}
	return &teacher.OpenAI{BaseURL: t.BaseURL, Model: t.Model, Key: key, Client: connections(results.Paper().Budget.TeacherConcurrency)}, nil
}

// addTeacher gives the setup its teacher. One that the program starts is up when
// it returns, and ends with the setup.
func addTeacher(ctx context.Context, env Env, s *experiment.Setup, f experiment.File) (err error) {
	if f.Teacher.Kind != experiment.VLLM {
		s.Teacher, err = composeTeacher(env, f.Teacher, f.Seed)
		return err
	}
	d, err := divide(ctx, env, f)
	if err != nil {
		return err
	}
	process, err := startVLLM(vllm.Launch{
		What: "vllm serve of the teacher", Command: f.Teacher.Command, Options: f.Teacher.Options, Model: f.Teacher.Model,
		GPUs: f.Teacher.Devices(), Env: env.Environ, Seed: f.Seed,
	}, d.Teacher)
	if err != nil {
		return err
	}
	closeRest := s.Close
	s.Close = func() error { return errors.Join(process.Close(), closeRest()) }
	started := vllm.Started{Server: process}
	if _, err := started.URL(ctx); err != nil {
		return err
	}
	s.Teacher = &teacher.Moving{
		OpenAI: teacher.OpenAI{Model: f.Teacher.Model, Client: connections(results.Paper().Budget.TeacherConcurrency)}, Place: started,
	}
	return nil
}

// version is the program's as the Go tool recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}

// outOf is the folder that holds the experiment folder root with others.
func outOf(root string) (string, error) {
	path, err := filepath.Abs(root) // else it would be wrong of "."
	return filepath.Dir(path), err
}

// indexPath is the index of all experiments below out.
func indexPath(out string) string { return filepath.Join(out, "results.db") }
