package direct

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func none(*http.Request) (*url.URL, error) { return nil, nil }

func client(keep int) *http.Client {
	return &http.Client{Transport: &Transport{Proxy: none, Else: http.DefaultTransport, Keep: keep}}
}

// raw is a server that says what it is told to, for one request after another, and then
// closes the connection.
func raw(t *testing.T, say ...string) (address string, connections *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	connections = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for _, text := range say {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					_, _ = io.WriteString(c, text)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String(), connections
}

// ask posts a text and reads the answer.
func ask(c *http.Client, address string) (string, error) {
	r, err := c.Post(address, "text/plain", strings.NewReader("hello"))
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return fmt.Sprint(r.StatusCode, " ", string(body)), err
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct{ say, want, problem string }{
		"length":        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi", ""},
		"chunks":        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "200 hi", ""},
		"to the end":    {"HTTP/1.1 200 OK\r\n\r\nhi", "200 hi", ""},
		"old":           {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi", ""},
		"first a hint":  {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\nhi", "429 hi", ""},
		"nothing":       {"HTTP/1.1 204 No Content\r\n\r\n", "204 ", ""},
		"cut":           {"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi", "200 hi", "unexpected EOF"},
		"cut before":    {"HTTP/1.1 200 OK\r\nConte", "", "malformed"},
		"silence":       {"", "", "closed the connection before it answered"},
		"none of HTTP":  {"hello\r\n\r\n", "", "malformed HTTP"},
		"endless hints": {strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", maxHints+1), "", "again and again"},
		"long header":   {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", headerLimit) + "\r\n\r\n", "", "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			address, _ := raw(t, c.say)
			got, err := ask(client(1), address)
			if got != c.want || (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// TestConnectionsAreKept checks which connections take another request, and that the
// caller is told.
func TestConnectionsAreKept(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
	for name, c := range map[string]struct {
		say  []string
		want int64 // connections of three requests
	}{
		"kept":                        {[]string{ok, ok, ok}, 1},
		"closed by the server":        {[]string{ok}, 3},
		"said to be the last":         {[]string{strings.Replace(ok, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1), ok, ok}, 3},
		"more than the answer":        {[]string{ok + "!", ok, ok}, 3},
		"more than the answer, later": {[]string{ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", ok, ok}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			address, connections := raw(t, c.say...)
			cl := client(4)
			for range 3 {
				if got, err := ask(cl, address); got != "200 hi" || err != nil {
					t.Fatalf("%q, %v", got, err)
				}
				time.Sleep(20 * time.Millisecond) // for the server to close the connection
			}
			if got := connections.Load(); got != c.want {
				t.Errorf("%d connections, want %d", got, c.want)
			}
		})
	}
	address, connections := raw(t, ok, ok)
	none := client(0)
	for range 2 {
		if _, err := ask(none, address); err != nil {
			t.Fatal(err)
		}
	}
	if connections.Load() != 2 {
		t.Errorf("%d connections where none is kept", connections.Load())
	}
}

// TestManyAtOnce checks that no answer goes to another request.
func TestManyAtOnce(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, r.URL.Path, string(body))
	}))
	defer server.Close()
	cl := client(8)
	defer cl.CloseIdleConnections()
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if got, err := ask(cl, fmt.Sprint(server.URL, "/", i)); got != fmt.Sprintf("200 /%dhello", i) || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
	if kept := len(cl.Transport.(*Transport).idle); kept < 1 || kept > 8 {
		t.Errorf("%d connections are kept", kept)
	}
}

// TestContextEnds checks that the end of the context ends what waits, in the header and in
// the body, with its cause.
func TestContextEnds(t *testing.T) {
	over := errors.New("the time is over")
	for name, begin := range map[string]string{"header": "", "body": "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi"} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				if c, err := l.Accept(); err == nil {
					_, _ = io.WriteString(c, begin)
					_, _ = io.Copy(io.Discard, c) // until the client is gone
					c.Close()
				}
			}()
			ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, over)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.Addr().String(), strings.NewReader("x"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client(1).Do(r)
			if err == nil {
				defer resp.Body.Close()
				_, err = io.ReadAll(resp.Body)
			}
			if !errors.Is(err, over) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestNobodyListens checks that a connection that cannot be had is told from one that
// broke.
func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	connected := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client(1).Do(r)
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "dial" || connected {
		t.Errorf("error %v, connected %v", err, connected)
	}
}

type elsewhere struct{ asked []string }

func (e *elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	e.asked = append(e.asked, r.URL.String())
	return nil, errors.New("elsewhere")
}

func TestElse(t *testing.T) {
	var e elsewhere
	tr := &Transport{Else: &e, Proxy: func(r *http.Request) (*url.URL, error) {
		if r.URL.Hostname() == "far" {
			return url.Parse("http://proxy")
		}
		return nil, nil
	}}
	for _, address := range []string{"https://near/", "http://far/"} {
		if _, err := (&http.Client{Transport: tr}).Get(address); err == nil {
			t.Error(address)
		}
	}
	if got := strings.Join(e.asked, " "); got != "https://near/ http://far/" {
		t.Errorf("the other transport was asked for %s", got)
	}
}
