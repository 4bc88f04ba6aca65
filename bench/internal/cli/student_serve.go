package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/serve"
)

func serveCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "serve", Usage: "speak the protocols of OpenAI and Anthropic on this machine",
		Description: "The base answers under its name, each adapter under its own. The chat format has no system block: system messages come before the question. " +
			"stream: true sends the finished answer in pieces. Examples:\n\n" +
			"  autodatabench student serve --adapter tuned=adapter\n" +
			`  curl http://127.0.0.1:8002/v1/chat/completions -d '{"model": "tuned", "messages": [{"role": "user", "content": "What is 3 + 4?"}]}'`,
		Flags: []cli.Flag{
			modelFlag(), &cli.StringFlag{Name: "listen", Value: "127.0.0.1:8002", Usage: "`ADDRESS` to listen on"},
			&cli.StringSliceFlag{Name: "adapter", Usage: "`NAME=FOLDER` of an adapter; may be given again"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return runServeStudent(c.Context, env.World, serveStudentOptions{model: c.String("model"), listen: c.String("listen"), adapters: c.StringSlice("adapter")})
		},
	}
}

type serveStudentOptions struct {
	model    string   // folder; empty for the embedded student
	listen   string   // address
	adapters []string // NAME=FOLDER
}

// runServeStudent serves a student and its adapters until ctx ends.
func runServeStudent(ctx context.Context, w setup.World, o serveStudentOptions) error {
	s, err := openStudent(o.model)
	if err != nil {
		return err
	}
	adapters, err := readAdapters(o.adapters, s)
	if err != nil {
		return err
	}
	name := s.Identity().Name
	return serveHTTP(ctx, w, o.listen, fmt.Sprintf("student %q and %d adapters", name, len(adapters)), serve.Handler(s, name, adapters, freshSeed))
}

// readAdapters reads NAME=FOLDER pairs and tries each folder.
func readAdapters(pairs []string, s *embedded.Student) (map[string]string, error) {
	adapters := map[string]string{}
	for _, pair := range pairs {
		name, dir, ok := strings.Cut(pair, "=")
		if !ok || name == "" || dir == "" {
			return nil, usage("--adapter wants NAME=FOLDER, got %q", pair)
		}
		if _, taken := adapters[name]; taken || name == s.Identity().Name {
			return nil, results.Bad(fmt.Errorf("--adapter: there are two models of the name %q", name))
		}
		if err := s.CheckAdapter(dir); err != nil {
			return nil, err
		}
		adapters[name] = dir
	}
	return adapters, nil
}
