package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/hf"
	"github.com/autodatabench/autodatabench/runner/student/llamafactory"
	"github.com/autodatabench/autodatabench/runner/student/tinker"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
)

// stackParts are what only some experiments need.
var stackParts = []string{"agents", "student model", "trainer", "generator", "teacher", "gpus", "slurm"}

// pins are the versions that the tests of the back ends run with, by environment
// (bench/parity: requirements.txt, llamafactory.txt; bench/tinker).
var pins = map[string]map[string]string{
	"hf":           {"torch": "2.15.0", "transformers": "5.24.0", "peft": "0.21.2"},
	"llamafactory": {"llamafactory": "0.9.5", "transformers": "5.6.0", "peft": "0.18.1"},
	"tinker":       {"tinker": "0.18.2", "transformers": "5.24.0"},
}

// checkStack looks at what the experiment needs.
func checkStack(ctx context.Context, w setup.World, f experiment.File, agentFiles []string) []Finding {
	list := checkAgents(w, f, agentFiles)
	list = append(list, checkModel(w, f), checkTrainer(f), checkGenerator(ctx, w, f), checkTeacher(ctx, w, f))
	return append(list, checkGPUs(ctx, w, f), checkSlurm(ctx, f))
}

const tasksPart = "tasks"

// checkTasks looks whether the experiment's tasks are here, with their private sets.
func checkTasks(f experiment.File, at setup.Places) Finding {
	list, err := setup.LoadTasks(f.Suite, f.Domains, at)
	if err != nil {
		return failed(tasksPart, err, "autodatabench tasks lint FOLDER says what is wrong")
	}
	var names []string
	for _, task := range list {
		names = append(names, task.Name)
	}
	return Finding{tasksPart, true, "suite " + f.Suite.String() + ": " + strings.Join(names, ", "), ""}
}

func notNeeded(part string) Finding {
	return Finding{part, true, "not needed by this experiment", ""}
}

// failed is the finding of an error, with its hint or else what to do.
func failed(part string, err error, do string) Finding {
	var known *results.Error
	if errors.As(err, &known) {
		do = cmp.Or(known.Hint, do)
	}
	return Finding{part, false, strings.ReplaceAll(err.Error(), "\n", "; "), do}
}

func checkAgents(w setup.World, f experiment.File, files []string) []Finding {
	read, err := setup.ReadAgents(f, files)
	if err != nil {
		return []Finding{failed("agents", err, "mend the file")}
	}
	list, err := setup.Definitions(setup.Request{File: f, Agents: read})
	if err != nil {
		return []Finding{failed("agents", err, "autodatabench agents list names those that there are")}
	}
	var bad []Finding
	for _, d := range list {
		if _, err := d.Key(w.Getenv); err != nil {
			bad = append(bad, failed("agent "+d.Name, err, "export its key"))
		}
	}
	if bad != nil {
		return bad
	}
	return []Finding{{"agents", true, fmt.Sprintf("%d defined, with the keys they need", len(list)), "autodatabench agents check NAME asks one"}}
}

// checkTrainer looks at what trains the student, and says by which recipe.
func checkTrainer(f experiment.File) Finding {
	found := trainerOf(f)
	if p, err := f.Resolve(); err == nil && !f.Student.Embedded() {
		found.What += fmt.Sprintf("; protocol %s: %s", p.Name, p.Recipe.Words())
	}
	if text := f.Sharing(); text != "" {
		found.What += "; " + text
	}
	return found
}

func trainerOf(f experiment.File) Finding {
	switch s := f.Student; {
	case s.Embedded():
		return notNeeded("trainer")
	case s.Train == "llamafactory":
		found, err := llamafactory.Versions(s.LlamaFactory)
		return versions("trainer", "llamafactory", found, err)
	case s.Train == experiment.Tinker:
		found, err := tinker.Versions(s.Python, f.Secrets())
		return versions("trainer", "tinker", found, err)
	default:
		return checkHF("trainer", s.Python)
	}
}

func checkHF(part, python string) Finding {
	found, err := hf.Versions(python)
	return versions(part, "hf", found, err)
}

// versions compares an environment with the versions that are tested.
func versions(part, kind string, found map[string]string, err error) Finding {
	if err != nil {
		return failed(part, err, "make the environment")
	}
	f := Finding{Part: part, OK: true}
	var has, other []string
	for _, name := range slices.Sorted(maps.Keys(pins[kind])) {
		has = append(has, name+" "+cmp.Or(found[name], "missing"))
		if pin := pins[kind][name]; found[name] == "" {
			f.OK = false
			other = append(other, name+"=="+pin)
		} else if release, _, _ := strings.Cut(found[name], "+"); release != pin { // such as 2.15.0+cpu
			other = append(other, name+"=="+pin)
		}
	}
	f.What = kind + ": " + strings.Join(has, ", ")
	if other != nil {
		f.Do = "tested versions are pip install " + strings.Join(other, " ")
	}
	return f
}

func checkGenerator(ctx context.Context, w setup.World, f experiment.File) Finding {
	s := f.Student
	switch serve := s.Serving(); {
	case s.Embedded():
		return notNeeded("generator")
	case s.Infer == experiment.Tinker:
		return checkService(ctx, w, f)
	case s.Infer != experiment.VLLM:
		return checkHF("generator", s.Python)
	case serve.BaseURL == "":
		return checkProgram("generator", vllm.Launch{What: "vllm serve of the student", Command: serve.Command, Env: child.Env(w.Environ)})
	default:
		key, err := w.Key("student.serve", serve.APIKeyEnv)
		if err != nil {
			return failed("generator", err, "")
		}
		name := cmp.Or(serve.Name, s.Model)
		if serve.Adapters == string(vllm.Folder) {
			name = "" // which it loads when it is asked
		}
		found := checkServer(ctx, "generator", serve.BaseURL, key, name)
		if found.OK && serve.Adapters == string(vllm.LoRA) {
			found = probeAdapters(ctx, found, serve.BaseURL, key)
		}
		return found
	}
}

// checkService asks a service for the student's model, with the key.
func checkService(ctx context.Context, w setup.World, f experiment.File) Finding {
	m, err := w.Checkpoint(f.Student)
	if err != nil {
		return failed("generator", err, "")
	}
	c, err := setup.TinkerConfig(w, f.Student, m, f.Secrets())
	if err == nil {
		err = tinker.Probe(ctx, c)
	}
	if err != nil {
		return failed("generator", err, "")
	}
	return Finding{"generator", true, fmt.Sprintf("%s takes the key and has the model %q", cmp.Or(c.URL, "the Tinker service"), c.Base), ""}
}

func checkTeacher(ctx context.Context, w setup.World, f experiment.File) Finding {
	t := f.Teacher
	switch t.Kind {
	case "procedural", experiment.Rewording:
		return Finding{"teacher", true, "the simulated one, in the program", ""}
	case experiment.VLLM:
		f := checkProgram("teacher", vllm.Launch{What: "vllm serve of the teacher", Command: t.Command, Env: child.Env(w.Environ)})
		if _, err := checkpoint.Weights(t.Model, w.HubCache()); err != nil && f.OK {
			f.What += fmt.Sprintf("; %s is not in the cache, vLLM will fetch it", t.Model)
			f.Do = "to fetch it before: hf download " + t.Model
		}
		return f
	}
	key, err := w.Key("teacher", t.APIKeyEnv)
	if err != nil {
		return failed("teacher", err, "")
	}
	return checkServer(ctx, "teacher", t.BaseURL, key, t.Model)
}

// checkProgram asks a program that a server is started with for its version.
func checkProgram(part string, l vllm.Launch) Finding {
	version, err := l.Version()
	if err != nil {
		return failed(part, err, "")
	}
	return Finding{part, true, "vllm " + version + ", started when it is needed", ""}
}
