package experiment

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner"
)

// VLLM is the kind of a teacher, and the back end of a student, that a vLLM
// server answers for.
const VLLM = "vllm"

// Serve says what answers for a student of back end vllm: the server at BaseURL,
// or, without one, a `vllm serve` that the program starts.
type Serve struct {
	BaseURL     string   `yaml:"base_url,omitempty" json:"base_url,omitempty"`       // as in http://localhost:8000/v1
	Name        string   `yaml:"name,omitempty" json:"name,omitempty"`               // of the base at that server; student.model when empty
	APIKeyEnv   string   `yaml:"api_key_env,omitempty" json:"api_key_env,omitempty"` // the variable that holds its key
	Adapters    string   `yaml:"adapters,omitempty" json:"adapters,omitempty"`       // lora | folder; lora when empty
	ChatFormat  string   `yaml:"chat_format,omitempty" json:"chat_format,omitempty"` // model | llama3; model, as every trainer here trains, when empty
	Concurrency int      `yaml:"concurrency,omitempty" json:"concurrency,omitempty"` // questions at a time; 64 when 0
	Command     []string `yaml:"command,omitempty" json:"command,omitempty"`         // that starts it; vllm serve when empty
	Options     []string `yaml:"options,omitempty" json:"options,omitempty"`         // of that command, after the program's own
}

// Serving is what answers for the student, with every default resolved.
func (s Student) Serving() Serve {
	var serve Serve
	if s.Serve != nil {
		serve = *s.Serve
	}
	serve.ChatFormat = cmp.Or(serve.ChatFormat, "model")
	serve.Adapters = cmp.Or(serve.Adapters, "lora")
	serve.Concurrency = cmp.Or(serve.Concurrency, 64)
	return serve
}

func (s Student) validateServe() error {
	if s.Serve == nil {
		return nil
	}
	if s.Infer != VLLM {
		return fmt.Errorf("student.serve: goes with infer: vllm")
	}
	serve := s.Serving()
	if serve.BaseURL != "" {
		if err := remote.CheckURL(serve.BaseURL); err != nil {
			return fmt.Errorf("student.serve.%w", err)
		}
	}
	switch {
	case serve.BaseURL != "" && (serve.Command != nil || serve.Options != nil):
		return fmt.Errorf("student.serve: command and options are of a server that the program starts, base_url is of one that is there")
	case serve.BaseURL == "" && (serve.Name != "" || serve.APIKeyEnv != "" || serve.Adapters == "folder"):
		return fmt.Errorf("student.serve: name, api_key_env and adapters: folder go with base_url")
	case serve.Adapters == "folder" && serve.Name != "":
		return fmt.Errorf("student.serve.name: with adapters: folder the server's name of the base is its folder, student.model")
	case serve.Adapters == "folder" && serve.ChatFormat == "llama3":
		return fmt.Errorf("student.serve.chat_format: with adapters: folder the server writes the chat format by the model's template: leave it out, or say model")
	}
	return cmp.Or(
		known("student.serve.adapters", serve.Adapters, "lora", "folder"), known("student.serve.chat_format", serve.ChatFormat, "model", "llama3"),
		remote.CheckVariable("student.serve.api_key_env", serve.APIKeyEnv), within("student.serve.concurrency", serve.Concurrency, 1, 10_000), words("student.serve.command", serve.Command),
	)
}

// Rewording is the kind of the simulated teacher that also rewords and repeats what it is
// given, for trials that cheat with it.
const Rewording = "rewording"

// Procedural is the kind of the simulated teacher.
const Procedural = "procedural"

// Simulated reports whether the teacher is no LLM.
func (t Teacher) Simulated() bool { return t.Kind == Procedural || t.Kind == Rewording }

func (t Teacher) validate() error {
	if err := known("teacher.kind", t.Kind, Procedural, Rewording, "openai", VLLM); err != nil {
		return err
	}
	switch {
	case t.Kind == "openai" && (t.BaseURL == "" || t.Model == ""):
		return fmt.Errorf("teacher: kind openai needs base_url and model")
	case t.Kind == VLLM && t.Model == "":
		return fmt.Errorf("teacher: kind vllm needs model")
	case t.Kind == VLLM && (t.BaseURL != "" || t.APIKeyEnv != ""):
		return fmt.Errorf("teacher: kind vllm is started by the program; base_url and api_key_env go with kind openai, which any server that is there will do for")
	case t.Kind != VLLM && (t.Command != nil || t.Options != nil || t.Device != ""):
		return fmt.Errorf("teacher: command, options and device go with kind vllm")
	case t.Device == "cpu" && t.GPUs > 0:
		return fmt.Errorf("teacher: device cpu has no gpus")
	}
	if t.BaseURL != "" {
		if err := remote.CheckURL(t.BaseURL); err != nil {
			return fmt.Errorf("teacher.%w", err)
		}
	}
	if err := t.Settings.Validate(); err != nil {
		return fmt.Errorf("teacher.%w", err)
	}
	if settings, err := json.Marshal(t.Settings); t.Kind == Procedural && (err != nil || string(settings) != "{}" || t.Thinking != "") {
		return fmt.Errorf("teacher: kind procedural asks no server; api, request, stream, query, key_header, system and thinking go with another kind")
	}
	return cmp.Or(known("teacher.thinking", t.Thinking, "", "strip", "keep"), known("teacher.device", t.Device, "", "cuda", "cpu"), within("teacher.gpus", t.GPUs, 0, 10_000),
		within("teacher.concurrency", t.Concurrency, 0, maxConcurrency), remote.CheckVariable("teacher.api_key_env", t.APIKeyEnv), words("teacher.command", t.Command))
}

// maxConcurrency is the most calls of a teacher at a time. Each takes a connection.
const maxConcurrency = 10_000

// Devices is how many GPUs the teacher occupies, as far as the file says: one of
// kind vllm has at least one, unless it is on processors.
func (t Teacher) Devices() int {
	if t.Kind == VLLM && t.Device != "cpu" {
		return max(1, t.GPUs)
	}
	return t.GPUs
}

// Devices is how many GPUs one set of the student has.
func (s Student) Devices() int {
	if s.Embedded() || s.Device == "cpu" || s.Train == Tinker {
		return 0
	}
	return max(1, s.GPUs)
}

// Devices is how many GPUs of this machine the teacher needs, and each place of the
// student. A student that needs none has one place, or as many as launcher.slots
// says; in jobs of a cluster it needs none here.
func (f File) Devices() (teacher, student int) {
	if f.Teacher.Kind == VLLM {
		teacher = f.Teacher.Devices()
	}
	if f.Launcher.Kind == Local {
		student = f.Student.Devices()
	}
	return teacher, student
}

// Secrets names the variables by which the file names keys.
func (f File) Secrets() []string {
	list := []string{f.Teacher.APIKeyEnv, f.Student.Serving().APIKeyEnv}
	if r := f.Student.Rented(); r != nil {
		list = append(list, r.APIKeyEnv)
	}
	return list
}

// holds is what a trial holds of GPUs. A server of the user's may have others for
// the student than those that train it: their number is known if the file says it.
// A service is paid by tokens: where its prices are not known, the student's cost is not.
// Trials that run at a time share a teacher equally.
func (f File) holds() (g runner.GPUs) {
	if r := f.Student.Rented(); r != nil && r.Price == nil {
		g.Student = nil
	} else if s := f.Student; !s.Embedded() && (s.GPUs > 0 || s.Infer != VLLM || s.Serving().BaseURL == "") {
		g.Student = new(s.Devices())
	}
	if f.Teacher.Kind == VLLM {
		g.Teacher = float64(f.Teacher.Devices()) / float64(max(1, min(f.Parallel, len(f.Trials()))))
	}
	return g
}

// words refuses a command with an empty program.
func words(field string, command []string) error {
	if command != nil && (len(command) == 0 || slices.Contains(command, "")) {
		return fmt.Errorf("%s: %q: want a program and its arguments", field, command)
	}
	return nil
}
