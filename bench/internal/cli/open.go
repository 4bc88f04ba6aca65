package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/live"
	"github.com/autodatabench/autodatabench/bench/internal/pages"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
)

func openFlag() cli.Flag {
	return &cli.BoolFlag{Name: "open", Usage: "serve the web pages of the experiments while this one runs, and open them in a browser"}
}

// openPages serves the pages of the folder of the experiment that is about to run, and
// opens the page of what runs. stop ends that.
func openPages(ctx context.Context, w setup.World, r runRequest) (stop func(), err error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, results.Infra(err)
	}
	o := servePagesOptions{pages: pages.Options{
		Out: filepath.Dir(string(r.Root)), Places: r.Places, Title: "AutoDataBench", Live: true,
		Program: setup.Version(), Getenv: w.Getenv, Warn: recorded.Warn(func(error) {}), // the pages say it
	}}
	server := livePages(w, o)
	server.Token = rand.Text() // the machine may have other users
	withdraw := announce(w, o.pages.Out, listener.Addr())
	serving, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { // ends when stop is called
		ended <- serveOn(serving, listener, server.Handler(serving), func() {})
	}()
	address := fmt.Sprintf("http://%s/%s?token=%s", listener.Addr(), live.Address, server.Token)
	fmt.Fprintf(w.Stderr, "live pages at %s\n", address)
	if w.Browse != nil {
		if err := w.Browse(address); err != nil {
			fmt.Fprintf(w.Stderr, "note: no browser was opened: %v\n", err)
		}
	}
	return func() {
		withdraw()
		cancel()
		if err := <-ended; err != nil {
			fmt.Fprintf(w.Stderr, "note: the live pages ended: %v\n", err)
		}
	}, nil
}
