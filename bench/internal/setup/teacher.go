package setup

import (
	"context"
	"errors"
	"net/http"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/direct"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
)

// openTeacher opens the experiment's teacher, on the GPUs that are its own, and
// returns what ends it. A teacher that the program starts is up when openTeacher
// returns.
func openTeacher(ctx context.Context, w World, f experiment.File, gpus string) (teacher.Teacher, func() error, error) {
	nothing := func() error { return nil }
	switch t := f.Teacher; t.Kind {
	case experiment.Procedural:
		return procedural.New(f.Seed), nothing, nil
	case experiment.Rewording:
		return procedural.NewRewording(f.Seed), nothing, nil
	case experiment.VLLM:
		return startTeacher(ctx, w, f, gpus)
	default:
		key, err := w.Key("teacher", t.APIKeyEnv)
		o := openAI(f)
		o.Key = key
		return &o, nothing, err
	}
}

// teacherCache are the GiB for the cache of a teacher on processors, whose shape is not
// known before it is there.
const teacherCache = 4

// startTeacher starts a vLLM of the teacher's.
func startTeacher(ctx context.Context, w World, f experiment.File, gpus string) (teacher.Teacher, func() error, error) {
	launch := vllm.Launch{
		What: "vllm serve of the teacher", Command: f.Teacher.Command, Options: f.Teacher.Options, Model: f.Teacher.Model,
		GPUs: f.Teacher.Devices(), Env: child.Env(w.Environ, f.Secrets()...), Seed: f.Seed,
	}
	if f.Teacher.Device == "cpu" {
		launch.Cache = teacherCache
	}
	started, err := launch.Start(gpus)
	if err != nil {
		return nil, nil, err
	}
	if _, err := started.URL(ctx); err != nil {
		return nil, nil, errors.Join(err, started.Close())
	}
	return &teacher.Moving{OpenAI: openAI(f), Place: started}, started.Close, nil
}

// openAI is the teacher behind a server, but for its key.
func openAI(f experiment.File) teacher.OpenAI {
	t := f.Teacher
	t.Settings.MayMoveSystem = true // all agents' programs are asked alike
	return teacher.OpenAI{
		BaseURL: t.BaseURL, Model: t.Model, Settings: t.Settings, Thoughts: t.Thinking == "keep",
		Client: teacherClient(), Needs: new(teacher.Needs),
	}
}

// teacherClient keeps one idle connection for each call at a time; the default
// transport keeps two.
func teacherClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = results.Paper().Budget.TeacherConcurrency
	return &http.Client{Transport: &direct.Transport{Proxy: http.ProxyFromEnvironment, Else: transport, Keep: transport.MaxIdleConnsPerHost}}
}
