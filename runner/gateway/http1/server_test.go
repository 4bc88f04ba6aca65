package http1

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// echo answers with the method, the path and the body; panics, waits for its client and
// leaves bodies unread where it is asked to.
func echo(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/panic":
		panic("asked for")
	case "/unread":
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	case "/wait":
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusRequestTimeout)
	}
	w.Header().Set("X-Echo", "a\r\nInjected: b")
	fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
}

// start serves on a socket and gives its path.
func start(t *testing.T, s *Server) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-ended })
	return socket
}

func server() *Server {
	return &Server{Handler: http.HandlerFunc(echo), Idle: time.Minute, Header: time.Minute, Read: time.Minute, HeaderLimit: 4 << 10}
}

// talk sends the text and reads until the connection ends or is silent.
func talk(t *testing.T, socket, text string) string {
	t.Helper()
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, text) // may break off
	_ = c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	said, _ := io.ReadAll(c)
	return string(said)
}

func TestRequests(t *testing.T) {
	socket := start(t, server())
	ok := func(body string) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nX-Echo: a  Injected: b\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	closing := func(answer string) string {
		return strings.Replace(answer, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)
	}
	refusal := func(status string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n", status, len(status)-3, status[4:])
	}
	for name, c := range map[string]struct{ send, want string }{
		"two":           {"GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", ok("GET /a ") + ok("POST /b hi")},
		"chunks":        {"POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n", ok("POST /b hi!")},
		"the last":      {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", closing(ok("GET /a "))},
		"old":           {"GET /a HTTP/1.0\r\n\r\n", closing(ok("GET /a "))},
		"head":          {"HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", strings.TrimSuffix(ok("HEAD /a "), "HEAD /a ")},
		"continue":      {"POST /b HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 100 Continue\r\n\r\n" + ok("POST /b hi")},
		"expects more":  {"POST /b HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 2\r\n\r\nhi", refusal("417 Expectation Failed")},
		"no request":    {"hello\r\n\r\n", refusal("400 Bad Request")},
		"no host":       {"GET /a HTTP/1.1\r\n\r\n", refusal("400 Bad Request")},
		"two lengths":   {"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", refusal("400 Bad Request")},
		"another major": {"GET /a HTTP/3.0\r\nHost: x\r\n\r\n", refusal("505 HTTP Version Not Supported")},
		"long header":   {"GET /a HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 20<<10) + "\r\n\r\n", refusal("431 Request Header Fields Too Large")},
		"left unread":   {"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\n\r\n" + ok("GET /a ")},
		"much unread":   {"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("x", 300_000), "HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
		"panic":         {"GET /panic HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", ""},
		"cut":           {"POST /b HTTP/1.1\r\nHo", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := talk(t, socket, c.send); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestTimes checks that nobody keeps a connection by silence, whatever it is silent in.
func TestTimes(t *testing.T) {
	for name, c := range map[string]struct {
		change     func(*Server)
		send, want string
	}{
		"idle":   {func(s *Server) { s.Idle = 50 * time.Millisecond }, "", ""},
		"header": {func(s *Server) { s.Header = 50 * time.Millisecond }, "GET /a HT", "HTTP/1.1 400"},
		"body":   {func(s *Server) { s.Read = 50 * time.Millisecond }, "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nh", "HTTP/1.1 408"},
		"answer": {func(s *Server) { s.Read = 50 * time.Millisecond }, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"},
	} {
		t.Run(name, func(t *testing.T) {
			s := server()
			c.change(s)
			conn, err := net.Dial("unix", start(t, s))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, c.send)
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			if name == "answer" { // the time of a body is over with it
				_, _ = bufio.NewReader(conn).Discard(60)
				time.Sleep(150 * time.Millisecond)
				_, _ = io.WriteString(conn, "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			}
			said, err := io.ReadAll(conn)
			if err != nil || !strings.HasPrefix(string(said), c.want) || name == "answer" && !strings.Contains(string(said), c.want) || c.want == "" && len(said) > 0 {
				t.Errorf("%q, %v", said, err)
			}
		})
	}
}

// TestClientIsGone checks that a request's context ends with its client, and that a
// client which sends more is not gone.
func TestClientIsGone(t *testing.T) {
	ended := make(chan struct{}, 1)
	s := server()
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		select {
		case <-ctx.Done():
			ended <- struct{}{}
		case <-time.After(200 * time.Millisecond):
			fmt.Fprint(w, r.URL.Path)
		}
	})
	socket := start(t, s)
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
	c.Close()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the context of a client that is gone goes on")
	}
	c, err = net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
	said, _ := io.ReadAll(c)
	if got := string(said); !strings.Contains(got, "/first") || !strings.Contains(got, "/second") {
		t.Errorf("got %q", got)
	}
}

func TestShutdown(t *testing.T) {
	var at atomic.Int64
	proceed := make(chan struct{})
	s := server()
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		at.Add(1)
		<-proceed
		fmt.Fprint(w, "the answer")
	})
	socket := start(t, s)
	idle, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	busy, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	fmt.Fprint(busy, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
	for at.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(short); err != context.DeadlineExceeded {
		t.Errorf("shut down with a request in it: %v", err)
	}
	if n, err := idle.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("a connection without a request: %d bytes, %v", n, err)
	}
	if c, err := net.Dial("unix", socket); err == nil {
		c.Close()
		t.Error("a connection was taken after the end")
	}
	close(proceed)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if said, err := io.ReadAll(busy); err != nil || !strings.HasSuffix(string(said), "the answer") {
		t.Errorf("the request in it got %q, %v", said, err)
	}
}
