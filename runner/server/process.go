package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/runner/child"
)

// process is one life of the server.
type process struct {
	*child.Process
	url  string
	log  string
	from int64 // where its part of the log begins
}

func start(spec Spec) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(spec.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(spec.Command[0], append(spec.Command[1:len(spec.Command):len(spec.Command)], "--host", "127.0.0.1", "--port", port)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = spec.Env, log, log
	running, err := child.Start(cmd, syscall.SIGTERM)
	if err != nil {
		return nil, err
	}
	return &process{running, "http://127.0.0.1:" + port, spec.Log, info.Size()}, nil
}

// freePort asks the system for a port. Another program may take it before the
// server does, which then ends and says so.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// healthy waits until GET /health answers 200.
func (p *process) healthy(ctx context.Context, spec Spec) error {
	ctx, cancel := context.WithTimeout(ctx, spec.Limit)
	defer cancel()
	again := time.NewTicker(spec.Poll)
	defer again.Stop()
	for {
		if p.answers(ctx) {
			return nil
		}
		select {
		case <-p.Ended():
			return fmt.Errorf("ended before it was healthy, with %v: %s", p.Wait(), p.tail())
		case <-ctx.Done():
			return fmt.Errorf("is not healthy after %s: %s", spec.Limit, p.tail())
		case <-again.C:
		}
	}
}

func (p *process) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/health", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// stop asks the whole group to end, kills what is left of it after the grace
// time, and waits.
func (p *process) stop(grace time.Duration) {
	if p.Alive() {
		p.Signal(syscall.SIGTERM)
		limit := time.NewTimer(grace)
		defer limit.Stop()
		select {
		case <-p.Ended():
		case <-limit.C:
		}
	}
	p.Signal(syscall.SIGKILL) // children of one that ended, too
	_ = p.Wait()              // how it ended does not matter now
}

// Bounds on what is shown of a log.
const (
	logBytes  = 16 << 20 // that are looked through
	tailBytes = 8 << 10
	tailLines = 5
	tailRunes = 300 // of a line
)

// portTaken reports that the log says so: another program was faster.
func (p *process) portTaken() bool {
	f, err := os.Open(p.log)
	if err != nil {
		return false
	}
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, p.from, logBytes))
	return err == nil && bytes.Contains(bytes.ToLower(data), []byte("address already in use"))
}

// tail is the end of what the process printed, in one line.
func (p *process) tail() string {
	f, err := os.Open(p.log)
	if err != nil {
		return "its log cannot be read: " + err.Error()
	}
	defer f.Close()
	from := p.from
	if info, err := f.Stat(); err == nil {
		from = max(from, info.Size()-tailBytes)
	}
	data, err := io.ReadAll(io.NewSectionReader(f, from, tailBytes))
	if err != nil {
		return "its log cannot be read: " + err.Error()
	}
	return lastLines(string(data))
}

// lastLines are the last lines of a text that somebody else wrote, without
// control characters, joined to one.
func lastLines(text string) string {
	var lines []string
	for line := range strings.Lines(strings.ToValidUTF8(text, "?")) {
		line = strings.TrimSpace(strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, line))
		if line != "" {
			lines = append(lines, cut.Runes(line, tailRunes, "..."))
		}
	}
	if len(lines) == 0 {
		return "it printed nothing"
	}
	return strings.Join(lines[max(0, len(lines)-tailLines):], " | ")
}
