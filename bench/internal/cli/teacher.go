package cli

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
)

func teacherCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "teacher", Usage: "serve the simulated teacher",
		Subcommands: []*cli.Command{{
			Name: "serve", Usage: "speak the protocols of OpenAI and Anthropic on this machine",
			Description: "Example:\n\n  autodatabench teacher serve --listen 127.0.0.1:8001",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "listen", Value: "127.0.0.1:8001", Usage: "`ADDRESS` to listen on"},
				&cli.Int64Flag{Name: "seed", Value: 1, Usage: "seed of its answers"},
			},
			Action: func(c *cli.Context) error {
				if err := noArguments(c); err != nil {
					return err
				}
				return runServeTeacher(c.Context, env.World, c.String("listen"), c.Int64("seed"))
			},
		}},
	}
}

// runServeTeacher serves the simulated teacher at the address until ctx ends.
func runServeTeacher(ctx context.Context, w setup.World, address string, seed int64) error {
	return serveHTTP(ctx, w, address, fmt.Sprintf("simulated teacher %q", procedural.Name), teacher.Handler(freshSeed, procedural.New(seed)))
}

// freshSeed is the seed of a served request that names none.
func freshSeed() int64 { return rand.Int64() }

// serveHTTP serves until ctx ends, then lets requests in flight finish.
func serveHTTP(ctx context.Context, w setup.World, address, what string, handler http.Handler) error {
	listener, err := listen(address)
	if err != nil {
		return err
	}
	return serveOn(ctx, listener, handler, func() { fmt.Fprintf(w.Stdout, "%s at http://%s/v1\n", what, listener.Addr()) })
}

func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, results.Infra(err, "choose another --listen")
	}
	return listener, nil
}

// serveOn serves until ctx ends, and calls ready when it does.
func serveOn(ctx context.Context, listener net.Listener, handler http.Handler, ready func()) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ready()
	ended := make(chan error, 1)
	go func() { // ends with Serve below
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		ended <- server.Shutdown(grace)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return results.Infra(err)
	}
	return <-ended
}
