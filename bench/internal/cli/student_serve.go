package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/serve"
)

func modelFlag() cli.Flag {
	return &cli.StringFlag{Name: "model", Usage: "`FOLDER` of another Llama in Hugging Face form; none for the embedded student", TakesFile: true}
}

// openSmall opens the student of --model.
func openSmall(c *cli.Context) (*embedded.Student, error) {
	if dir := c.String("model"); dir != "" {
		return embedded.Open(os.DirFS(dir), filepath.Base(filepath.Clean(dir)))
	}
	return embedded.New()
}

func exportCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write the embedded student as a Hugging Face folder", ArgsUsage: "FOLDER",
		Description: "Transformers, vLLM and LLaMA-Factory read the folder; adapters of student train fit it. Example:\n\n  autodatabench student export embedded-1m",
		Flags:       []cli.Flag{jsonFlag()},
		Action: func(c *cli.Context) error {
			dir, err := oneArgument(c, "a folder")
			if err != nil {
				return err
			}
			s, err := embedded.New()
			if err != nil {
				return err
			}
			if err := s.Export(dir); err != nil {
				return err
			}
			if c.Bool("json") {
				return show(c, env, s.Identity())
			}
			fmt.Fprintf(env.Stdout, "%s in %s\n", s.Identity().Name, dir)
			return nil
		},
	}
}

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
			s, err := openSmall(c)
			if err != nil {
				return err
			}
			adapters, err := readAdapters(c.StringSlice("adapter"), s)
			if err != nil {
				return err
			}
			name := s.Identity().Name
			return serveHTTP(c.Context, env, c.String("listen"), fmt.Sprintf("student %q and %d adapters", name, len(adapters)), serve.Handler(s, name, adapters, freshSeed))
		},
	}
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
