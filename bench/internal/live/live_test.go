package live

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/site"
	"github.com/autodatabench/autodatabench/results"
)

var id = results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "alpha", Run: 1}

// running is an experiment with a trial under way, whose log is hostile.
func running(attempt int) []Running {
	m := progress.New("tonight", []results.TrialID{id}, results.Mini().Budget, 1, time.Unix(0, 0))
	m.Working(id)
	s := m.Snapshot(time.Unix(60, 0))
	s.Trials[0].Attempt, s.Trials[0].State = attempt, progress.Running
	s.States = map[progress.State]int{progress.Running: 1}
	return []Running{{Snapshot: s, Folder: "trials/tonight/", Logs: map[string]string{id.Path(): "</pre><script>alert(1)</script>\x1b[31m"}}}
}

func server(t *testing.T, token string) *Server {
	t.Helper()
	return &Server{
		Gather: func(context.Context) (*site.Source, error) {
			return &site.Source{Title: "Test", Board: report.Leaderboard(nil, report.Options{})}, nil
		},
		Running: func(context.Context) ([]Running, error) { return running(1), nil },
		Hosts:   []string{"localhost", "127.0.0.1"}, Token: token, Now: time.Now,
	}
}

func get(h http.Handler, method, host, target string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = host
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestGuard(t *testing.T) {
	open, closed := server(t, "").Handler(t.Context()), server(t, "secret").Handler(t.Context())
	for _, c := range []struct {
		name         string
		h            http.Handler
		method, host string
		target       string
		header       map[string]string
		code         int
	}{
		{"a page", open, "GET", "localhost:8000", "/", nil, 200},
		{"its style", open, "GET", "127.0.0.1:8000", "/assets/style.css", nil, 200},
		{"what runs", open, "HEAD", "127.0.0.1:8000", "/live.html", nil, 200},
		{"no such page", open, "GET", "localhost", "/nothing.html", nil, 404},
		{"a way up", open, "GET", "localhost", "/../../etc/passwd", nil, 307}, // to /etc/passwd, which is no page
		{"where that leads", open, "GET", "localhost", "/etc/passwd", nil, 404},
		{"an encoded way up", open, "GET", "localhost", "/trials/..%2f..%2f..%2fetc/passwd", nil, 404},
		{"a write", open, "POST", "localhost", "/", nil, 405},
		{"a removal", open, "DELETE", "localhost", "/index.html", nil, 405},
		{"another host's name", open, "GET", "evil.example", "/", nil, 403},
		{"another host's page", open, "GET", "localhost:8000", "/", map[string]string{"Origin": "http://evil.example"}, 403},
		{"its own page", open, "GET", "localhost:8000", "/", map[string]string{"Origin": "http://localhost:8000"}, 200},
		{"an address without a token", open, "GET", "10.0.0.1", "/", nil, 403},
		{"no token", closed, "GET", "10.0.0.1:8000", "/", nil, 401},
		{"a wrong token", closed, "GET", "10.0.0.1:8000", "/?token=secre", nil, 401},
		{"the token", closed, "GET", "10.0.0.1:8000", "/live.html?token=secret", nil, 303},
		{"the token, then its cookie", closed, "GET", "10.0.0.1:8000", "/", map[string]string{"Cookie": "autodatabench=secret"}, 200},
		{"a wrong cookie", closed, "GET", "10.0.0.1:8000", "/", map[string]string{"Cookie": "autodatabench=x"}, 401},
		{"the token under another name", closed, "GET", "evil.example", "/?token=secret", nil, 403},
	} {
		w := get(c.h, c.method, c.host, c.target, c.header)
		if w.Code != c.code {
			t.Errorf("%s: %d, want %d: %s", c.name, w.Code, c.code, w.Body)
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", c.name, csp)
		}
	}
	w := get(closed, "GET", "10.0.0.1:8000", "/live.html?token=secret", nil)
	if set := w.Header().Get("Set-Cookie"); !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Strict") || w.Header().Get("Location") != "/live.html" {
		t.Errorf("cookie %q, to %q", set, w.Header().Get("Location"))
	}
}

func TestLivePageIsEscaped(t *testing.T) {
	page := get(server(t, "").Handler(t.Context()), "GET", "localhost", "/live.html", nil).Body.String()
	if strings.Contains(page, "<script>") || strings.Contains(page, "\x1b") || !strings.Contains(page, "&lt;script&gt;") || !strings.Contains(page, "tonight") {
		t.Errorf("%s", page)
	}
}

// An event comes when something is new, and one reader serves all pages.
func TestEvents(t *testing.T) {
	var attempt, reads atomic.Int64
	attempt.Store(1)
	s := server(t, "")
	s.Running = func(context.Context) ([]Running, error) {
		reads.Add(1)
		return running(int(attempt.Load())), nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	web := httptest.NewServer(s.Handler(ctx))
	defer web.Close()
	var streams []*bufio.Scanner
	for range 3 {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, web.URL+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := web.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		stream := bufio.NewScanner(answer.Body)
		stream.Buffer(nil, 1<<20)
		streams = append(streams, stream)
	}
	for _, want := range []string{"Attempt 1 of", "Attempt 2 of"} {
		for i, stream := range streams {
			if got := nextEvent(t, stream); !strings.Contains(string(got.HTML), want) || len(got.Trials) != 1 {
				t.Errorf("page %d: %+v", i, got)
			}
		}
		attempt.Store(2)
	}
	if n := reads.Load(); n > 4 {
		t.Errorf("read %d times", n)
	}
}

func nextEvent(t *testing.T, stream *bufio.Scanner) (n news) {
	t.Helper()
	for stream.Scan() {
		if data, ok := strings.CutPrefix(stream.Text(), "data: "); ok {
			if err := json.Unmarshal([]byte(data), &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("the stream ended")
	return n
}

// The folders are read again, but not at every request; a failure is one of that request.
func TestFoldersAreReadAgain(t *testing.T) {
	now := time.Unix(0, 0)
	reads, fails := 0, false
	s := server(t, "")
	gather := s.Gather
	s.Now = func() time.Time { return now }
	s.Gather = func(ctx context.Context) (*site.Source, error) {
		if reads++; fails {
			return nil, errors.New("the folder is gone")
		}
		return gather(ctx)
	}
	h := s.Handler(t.Context())
	for _, c := range []struct {
		after time.Duration
		fails bool
		reads int
		code  int
	}{{0, false, 1, 200}, {time.Second, false, 1, 200}, {3 * time.Second, false, 2, 200}, {6 * time.Second, true, 3, 500}, {7 * time.Second, false, 4, 200}} {
		now, fails = time.Unix(0, 0).Add(c.after), c.fails
		if w := get(h, "GET", "localhost", "/", nil); w.Code != c.code || reads != c.reads {
			t.Errorf("after %v: %d, read %d times; want %d, %d", c.after, w.Code, reads, c.code, c.reads)
		}
	}
}
