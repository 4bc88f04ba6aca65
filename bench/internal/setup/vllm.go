package setup

import (
	"context"
	"fmt"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
)

// mostAnswers is how many answers a student's server works on at a time (protocol.md
// section 7).
const mostAnswers = 128

// planVLLM plans a student that a server answers for.
func planVLLM(w World, s experiment.Student, m base) (generator, error) {
	serve := s.Serving()
	key, err := w.Key("student.serve", serve.APIKeyEnv)
	if err != nil {
		return generator{}, err
	}
	config := vllm.Config{
		Model: serve.Name, Key: key, Format: vllm.Format(serve.ChatFormat), Adapters: vllm.Adapters(serve.Adapters),
		Session: strconv.FormatInt(w.Now().UnixNano(), 36), Concurrency: serve.Concurrency,
	}
	switch {
	case serve.BaseURL == "" || serve.Adapters == string(vllm.Folder):
		config.Model = m.Folder
	case serve.Name == "":
		config.Model = s.Model
	}
	opened := 0
	next := func() vllm.Config { // of one more, which names its adapters apart from those before
		opened++
		on := config
		on.Session += "-" + strconv.Itoa(opened)
		return on
	}
	if serve.BaseURL != "" {
		if err := servesToday(s, m); err != nil {
			return generator{}, err
		}
		at := func() (*vllm.Generator, error) {
			on := next()
			on.Server = vllm.At(serve.BaseURL)
			return vllm.New(on)
		}
		return generator{
			arithmetic: "a server of the user's, chat format " + serve.ChatFormat,
			open: func(string) (student.Generator, func() error, error) {
				g, err := at()
				return g, func() error { return nil }, err
			},
			ready: func(ctx context.Context) error {
				g, err := at()
				if err != nil {
					return err
				}
				return g.Probe(ctx)
			},
		}, nil
	}
	launch := vllm.Launch{
		What: "vllm serve of the student", Command: serve.Command, Options: serve.Options, Model: m.Folder, GPUs: s.GPUs,
		Rank: GreatestRank(), Loaded: s.Asked(), Env: child.Env(w.Environ, serve.APIKeyEnv), Dtype: map[string]string{"bf16": "bfloat16", "float32": "float32"}[m.precision], Share: vllm.BesideTraining,
		Context: m.Context, Answers: mostAnswers,
	}
	if m.device == "cpu" {
		if launch.Cache, err = cacheOf(s.Model, w.HubCache(), m.Context); err != nil {
			return generator{}, err
		}
		launch.Share = ""
	}
	version, err := launch.Version()
	if err != nil {
		return generator{}, err
	}
	return generator{arithmetic: fmt.Sprintf("vllm %s, chat format %s", version, serve.ChatFormat), open: func(devices string) (student.Generator, func() error, error) {
		process, err := launch.Start(devices)
		if err != nil {
			return nil, nil, err
		}
		on := next()
		on.Server = process
		g, err := vllm.New(on)
		return g, process.Close, err
	}}, nil
}

// cacheOf are the GiB that hold keys and values of a whole window, if every head had its
// own, in float32, and one more. On processors vLLM would take a share of all memory.
func cacheOf(model, hub string, window int) (int, error) {
	shape, err := checkpoint.ReadShape(model, hub)
	if err != nil {
		return 0, err
	}
	bytes := 2 * 4 * window * shape.Layers * shape.Hidden
	return bytes>>30 + 2, nil
}

// servesToday refuses a server of the user's that writes today's date into prompts. One
// that is given a folder's name for the model is given one with a fixed date.
func servesToday(s experiment.Student, m base) error {
	serve := s.Serving()
	if m.Dated == "" || serve.ChatFormat != string(vllm.ModelTemplate) || serve.Adapters == string(vllm.Folder) {
		return nil
	}
	return results.Bad(fmt.Errorf("student: the chat template of %s writes today's date, and the server at %s would ask with another one every day", s.Model, serve.BaseURL),
		"serve the folder "+m.Folder+", where the date is fixed, and name it in student.model")
}

// GreatestRank is that of every protocol's adapters.
func GreatestRank() int {
	rank := 0
	for _, p := range results.Protocols() {
		rank = max(rank, p.Recipe.Rank)
	}
	return rank
}
