package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/live"
	"github.com/autodatabench/autodatabench/bench/internal/pages"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/site"
)

func servePagesCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "serve", Usage: "serve the web pages of command site, also while experiments run",
		Description: "Serves the pages on this machine until it is interrupted, and keeps the pages of running experiments up to\n" +
			"date. It only reads. On another address than this machine's own it asks for the token that it prints. Examples:\n\n" +
			"  autodatabench serve\n  autodatabench serve --listen 0.0.0.0:8000 --host bench.example.org",
		Flags: append(placeFlags(), outFlag(),
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:8000", Usage: "`ADDRESS` to listen on"},
			&cli.StringSliceFlag{Name: "host", Usage: "`NAME` by which browsers may call this server; may be given again"},
			&cli.StringFlag{Name: "experiment", Usage: "only this `EXPERIMENT`"},
			&cli.StringFlag{Name: "title", Value: "AutoDataBench", Usage: "`TITLE` of the pages"}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return runServePages(c.Context, env.World, servePagesOptions{
				listen: c.String("listen"), hosts: c.StringSlice("host"),
				pages: pages.Options{Out: c.String("out"), Experiment: c.String("experiment"), Places: placesOf(c), Title: c.String("title"), Live: true},
			})
		},
	}
}

type servePagesOptions struct {
	listen string
	hosts  []string // names that browsers may use, beside this machine's own
	pages  pages.Options
}

// runServePages serves the pages until ctx ends.
func runServePages(ctx context.Context, w setup.World, o servePagesOptions) error {
	o.pages.Program, o.pages.Getenv, o.pages.Warn = setup.Version(), w.Getenv, recorded.Warn(func(error) {}) // the pages say it
	listener, err := listen(o.listen)
	if err != nil {
		return err
	}
	s := livePages(w, o)
	query := ""
	if !loopback(listener.Addr()) {
		s.Token = rand.Text()
		query = "?token=" + s.Token
	}
	if s.Token == "" && o.pages.Experiment == "" { // an address that show can add to
		defer announce(w, o.pages.Out, listener.Addr())()
	}
	return serveOn(ctx, listener, s.Handler(ctx), func() {
		fmt.Fprintf(w.Stdout, "pages of %s at http://%s/%s\nstop with Ctrl-C\n", o.pages.Out, listener.Addr(), query)
	})
}

// livePages is a server of the pages, without a token.
func livePages(w setup.World, o servePagesOptions) *live.Server {
	return &live.Server{
		Gather: func(ctx context.Context) (*site.Source, error) { return pages.Gather(ctx, o.pages) },
		Running: func(ctx context.Context) ([]live.Running, error) {
			return pages.Running(ctx, o.pages, w.Holder, w.Now())
		},
		Hosts: append([]string{"localhost", "127.0.0.1", "::1"}, o.hosts...),
		Now:   w.Now,
	}
}

// announce lets command show find the pages of out, until withdraw is called. Where
// there is no place for that, show names no address.
func announce(w setup.World, out string, at net.Addr) (withdraw func()) {
	withdraw, err := live.Announce(w.Cache(), out, "http://"+at.String()+"/")
	if err != nil {
		return func() {}
	}
	return withdraw
}

// loopback reports whether only this machine reaches the address.
func loopback(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().IsLoopback()
}
