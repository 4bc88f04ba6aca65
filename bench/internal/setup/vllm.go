package setup

import (
	"fmt"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student"
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
		return generator{"a server of the user's, chat format " + serve.ChatFormat, func(string) (student.Generator, func() error, error) {
			on := next()
			on.Server = vllm.At(serve.BaseURL)
			g, err := vllm.New(on)
			return g, func() error { return nil }, err
		}}, nil
	}
	launch := vllm.Launch{
		What: "vllm serve of the student", Command: serve.Command, Options: serve.Options, Model: m.Folder, GPUs: s.GPUs,
		Rank: greatestRank(), Env: child.Env(w.Environ, serve.APIKeyEnv), Dtype: map[string]string{"bf16": "bfloat16", "float32": "float32"}[m.precision], Share: vllm.BesideTraining,
		Context: m.Context, Answers: mostAnswers,
	}
	version, err := launch.Version()
	if err != nil {
		return generator{}, err
	}
	return generator{fmt.Sprintf("vllm %s, chat format %s", version, serve.ChatFormat), func(devices string) (student.Generator, func() error, error) {
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

// greatestRank is that of every protocol's adapters.
func greatestRank() int {
	rank := 0
	for _, p := range results.Protocols() {
		rank = max(rank, p.Recipe.Rank)
	}
	return rank
}
