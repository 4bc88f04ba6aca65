package gateway

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// TestFloodOfChecks asks for many checks and reads no answer: one goes on, the others
// are refused, and the end of the execution ends it.
func TestFloodOfChecks(t *testing.T) {
	const asked = 120
	var at, most, begun atomic.Int64
	check := func(ctx context.Context) results.Check {
		begun.Add(1)
		most.Store(max(most.Load(), at.Add(1)))
		defer at.Add(-1)
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
			t.Error("a check outlived the execution")
		}
		return results.Check{}
	}
	g := open(t, t.TempDir(), testSpec(10, 10, 1), &echo{})
	g.opts.Grace = 300 * time.Millisecond
	dir, err := os.MkdirTemp("", "gw") // short: a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "s")
	stop, err := g.Serve(t.Context(), 1, socket, check, func() float64 { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	var list []net.Conn
	for i := range asked {
		c, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
		if list = append(list, c); i == 0 {
			for begun.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}
	list[asked-1].SetReadDeadline(time.Now().Add(10 * time.Second))
	answer := make([]byte, 12)
	if _, err := io.ReadFull(list[asked-1], answer); err != nil || !strings.HasSuffix(string(answer), "429") {
		t.Errorf("the last is answered %q, %v", answer, err)
	}
	begin := time.Now()
	stop()
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("the end took %s", took)
	}
	if begun.Load() != 1 || most.Load() != 1 || at.Load() != 0 {
		t.Errorf("%d checks, %d at a time, %d left", begun.Load(), most.Load(), at.Load())
	}
}
