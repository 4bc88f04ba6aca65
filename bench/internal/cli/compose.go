package cli

import (
	"fmt"
	"net/http"
	"path/filepath"
	"runtime/debug"

	"autodatabench/agents/definitions"
	"autodatabench/results"
	"autodatabench/results/folder"
	"autodatabench/runner/experiment"
	"autodatabench/runner/sandbox"
	"autodatabench/runner/student/embedded"
	"autodatabench/runner/teacher"
	"autodatabench/runner/teacher/procedural"
	"autodatabench/tasks"
	"autodatabench/tasks/mini"
)

// compose checks the experiment's words and builds all it works with, before
// anything is written.
func compose(env Env, f experiment.File, given []byte, root string, agentFiles []string) (*experiment.Setup, error) {
	s := &experiment.Setup{
		File: f, Given: given, Root: root, Version: version(),
		Tasks: map[results.Domain]tasks.Task{}, Agents: map[string]experiment.Agent{},
		Holder: env.Holder, Now: env.Now,
	}
	for _, d := range f.Domains {
		task, err := mini.Load(d)
		if err != nil {
			return nil, err
		}
		s.Tasks[d] = task
	}
	if err := composeAgents(env, s, agentFiles); err != nil {
		return nil, err
	}
	var err error
	if s.Teacher, err = composeTeacher(env, f.Teacher, f.Seed); err != nil {
		return nil, err
	}
	hidden, err := filepath.Abs(filepath.Dir(root))
	if err != nil {
		return nil, err
	}
	if s.Sandbox, err = sandbox.New(sandbox.Config{
		Kind: f.Sandbox.Kind, Python: f.Sandbox.Python, Hide: []string{hidden}, Now: env.Now,
		Limits: sandbox.Limits{Memory: int64(f.Sandbox.Memory), Processes: f.Sandbox.Processes},
	}); err != nil {
		return nil, err
	}
	if f.Sandbox.Kind == "none" {
		fmt.Fprintln(env.Stderr, "warning: sandbox none: agents' code runs with your rights; every trial is marked unsandboxed")
	}
	student, err := embedded.New()
	if err != nil {
		return nil, err
	}
	s.Student, s.Identity = student, student.Identity()
	return s, nil
}

func composeAgents(env Env, s *experiment.Setup, agentFiles []string) error {
	given := map[string]definitions.Definition{}
	for _, path := range agentFiles {
		d, err := definitions.LoadFile(path)
		if err != nil {
			return err
		}
		given[d.Name] = d
	}
	for _, name := range s.File.Agents {
		d, ok := given[name]
		if !ok {
			var err error
			if d, err = definitions.Load(name); err != nil {
				return err
			}
		}
		a, err := buildAgent(env, d)
		if err != nil {
			return err
		}
		s.Agents[name] = a
	}
	return nil
}

func buildAgent(env Env, d definitions.Definition) (experiment.Agent, error) {
	digest, err := folder.DigestOf(d)
	if err != nil {
		return experiment.Agent{}, err
	}
	a, err := d.Open(env.Getenv)
	return experiment.Agent{Agent: a, Digest: digest, Simulated: d.Simulated()}, err
}

func composeTeacher(env Env, t experiment.Teacher, seed int64) (teacher.Teacher, error) {
	if t.Kind == "procedural" {
		return procedural.New(seed), nil
	}
	key := ""
	if t.APIKeyEnv != "" {
		if key = env.Getenv(t.APIKeyEnv); key == "" {
			return nil, results.Bad("export "+t.APIKeyEnv+"=...", fmt.Errorf("teacher: the environment variable %s is empty", t.APIKeyEnv))
		}
	}
	// The default transport keeps two idle connections a host; a teacher's
	// concurrency is higher.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = results.Paper().Budget.TeacherConcurrency
	return &teacher.OpenAI{BaseURL: t.BaseURL, Model: t.Model, Key: key, Client: &http.Client{Transport: transport}}, nil
}

// version is the program's as the Go tool recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}

// indexPath is the index of all experiments below out.
func indexPath(out string) string { return filepath.Join(out, "results.db") }
