package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child/childtest"
)

// TestMain runs this binary as the server when a test starts it as one.
func TestMain(m *testing.M) {
	if mode := os.Getenv("SERVER_TEST"); mode != "" {
		serve(mode)
		return
	}
	os.Exit(m.Run())
}

// serve is a server with faults. Its arguments end with --host H --port P.
func serve(mode string) {
	args := os.Args[len(os.Args)-4:]
	fmt.Println("starting with", mode, "devices", os.Getenv("CUDA_VISIBLE_DEVICES"))
	switch mode {
	case "broken":
		fmt.Println("Traceback:\n\x1b[31mValueError: no kv cache left\x1b[0m")
		os.Exit(1)
	case "port taken":
		mark := os.Getenv("SERVER_TEST_MARK")
		if _, err := os.Stat(mark); err != nil {
			fmt.Println("address already in use", os.WriteFile(mark, nil, 0o600))
			os.Exit(1)
		}
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
	case "parent":
		child := exec.Command("sleep", "60")
		if err := child.Start(); err != nil {
			panic(err)
		}
		fmt.Println("child", child.Process.Pid)
	}
	mux := http.NewServeMux()
	var ill atomic.Bool
	ill.Store(mode == "ill")
	mux.HandleFunc("/fall-ill", func(http.ResponseWriter, *http.Request) { ill.Store(true) })
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		if ill.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) {
		fmt.Println("out of memory")
		os.Exit(3)
	})
	panic(http.ListenAndServe(args[1]+":"+args[3], mux))
}

func testSpec(t *testing.T, mode string) Spec {
	t.Helper()
	return Spec{
		What: "a test server", Command: []string{os.Args[0], "--"}, Log: filepath.Join(t.TempDir(), "log"),
		Env:   []string{"SERVER_TEST=" + mode, "CUDA_VISIBLE_DEVICES=3", "PATH=" + os.Getenv("PATH")},
		Limit: 20 * time.Second, Poll: 10 * time.Millisecond, Grace: 5 * time.Second,
	}
}

func open(t *testing.T, spec Spec) *Server {
	t.Helper()
	s, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func mustURL(t *testing.T, s *Server) string {
	t.Helper()
	url, err := s.URL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// crash makes the process at url end and waits until that is known.
func crash(t *testing.T, s *Server, url string) {
	t.Helper()
	if resp, err := http.Get(url + "/crash"); err == nil {
		resp.Body.Close()
		t.Fatal("it did not crash")
	}
	<-s.running.Ended()
}

func TestOneProcessForAllCallers(t *testing.T) {
	s := open(t, testSpec(t, "good"))
	urls := make([]string, 8)
	var wg sync.WaitGroup
	for i := range urls {
		wg.Go(func() { urls[i], _ = s.URL(t.Context()) })
	}
	wg.Wait()
	for _, url := range urls {
		if url == "" || url != urls[0] {
			t.Fatalf("addresses %q, want one", urls)
		}
	}
	log, err := os.ReadFile(s.spec.Log)
	if err != nil || string(log) != "starting with good devices 3\n" {
		t.Errorf("log %q, %v", log, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(urls[0] + "/health"); err == nil {
		t.Error("it answers after Close")
	}
	if _, err := os.Stat(s.spec.Log); !os.IsNotExist(err) {
		t.Errorf("the log stays after a good end: %v", err)
	}
	if _, err := s.URL(t.Context()); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a closed server gives %v", err)
	}
}

func TestStartsAgainAfterOneCrash(t *testing.T) {
	s := open(t, testSpec(t, "good"))
	first := mustURL(t, s)
	crash(t, s, first)
	second := mustURL(t, s)
	if second == first {
		t.Error("the new process has the old address")
	}
	crash(t, s, second)
	for range 2 { // the second time from memory
		_, err := s.URL(t.Context())
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.Infrastructure || !strings.Contains(err.Error(), "exit status 3: ") ||
			!strings.HasSuffix(err.Error(), "| out of memory") || !strings.Contains(known.Hint, s.spec.Log) {
			t.Errorf("after two crashes: %v, want infrastructure with the end of the log", err)
		}
	}
}

// fallIll makes the living process at url answer 503 from now on.
func fallIll(t *testing.T, url string) {
	t.Helper()
	resp, err := http.Get(url + "/fall-ill")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func TestIllLater(t *testing.T) {
	spec := testSpec(t, "good")
	spec.Look = time.Millisecond
	s := open(t, spec)
	first := mustURL(t, s)
	time.Sleep(5 * time.Millisecond)
	if again := mustURL(t, s); again != first {
		t.Error("a healthy process was started anew")
	}
	fallIll(t, first)
	old := s.running
	time.Sleep(5 * time.Millisecond)
	second := mustURL(t, s)
	if second == first || old.Alive() {
		t.Errorf("an ill process at %s, alive %v, is followed by one at %s", first, old.Alive(), second)
	}
	fallIll(t, second)
	time.Sleep(5 * time.Millisecond)
	if _, err := s.URL(t.Context()); err == nil || !strings.Contains(err.Error(), "was alive and not healthy") {
		t.Errorf("ill twice: %v", err)
	}
}

func TestHealthIsNotLookedAtEachTime(t *testing.T) {
	s := open(t, testSpec(t, "good"))
	first := mustURL(t, s)
	fallIll(t, first)
	if again := mustURL(t, s); again != first {
		t.Error("its health was looked at at once")
	}
}

func TestCancelledLookLosesNoServer(t *testing.T) {
	spec := testSpec(t, "good")
	spec.Look = time.Millisecond
	s := open(t, spec)
	first := mustURL(t, s)
	time.Sleep(5 * time.Millisecond)
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if _, err := s.URL(ctx); !errors.Is(err, stop) {
		t.Errorf("got %v, want the cause", err)
	}
	time.Sleep(5 * time.Millisecond)
	if again := mustURL(t, s); again != first {
		t.Error("a cancelled caller had the server started anew")
	}
}

func TestTakenPortIsTriedOnceMore(t *testing.T) {
	spec := testSpec(t, "port taken")
	spec.Env = append(spec.Env, "SERVER_TEST_MARK="+filepath.Join(t.TempDir(), "mark"))
	mustURL(t, open(t, spec))
}

func TestCrashesFarApartAreForgiven(t *testing.T) {
	spec := testSpec(t, "good")
	spec.Settle = time.Millisecond
	s := open(t, spec)
	for range 3 {
		url := mustURL(t, s)
		time.Sleep(5 * time.Millisecond)
		crash(t, s, url)
	}
	mustURL(t, s)
}

func TestNeverHealthy(t *testing.T) {
	for _, tt := range []struct{ mode, want string }{
		{"broken", "a test server (" + os.Args[0] + " --): ended before it was healthy, with exit status 1: starting with broken devices 3 | Traceback: | [31mValueError: no kv cache left [0m"},
		{"ill", "is not healthy after 5s: starting with ill devices 3"},
	} {
		spec := testSpec(t, tt.mode)
		if tt.mode == "ill" {
			spec.Limit = 5 * time.Second
		}
		_, err := open(t, spec).URL(t.Context())
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.Infrastructure || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want infrastructure with %q", tt.mode, err, tt.want)
		}
		if log, err := os.ReadFile(spec.Log); err != nil || strings.Count(string(log), "starting with") != 1 {
			t.Errorf("%s: it was started more than once: %s, %v", tt.mode, log, err)
		}
	}
}

func TestCancelledStartLeavesNoProcess(t *testing.T) {
	s := open(t, testSpec(t, "ill"))
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(300*time.Millisecond, func() { cancel(stop) })
	if _, err := s.URL(ctx); !errors.Is(err, stop) {
		t.Errorf("got %v, want the cause", err)
	}
	if s.running != nil || s.failed != nil {
		t.Error("a cancelled start is kept")
	}
}

func TestCloseEndsChildrenAndTheDeaf(t *testing.T) {
	spec := testSpec(t, "parent")
	s := open(t, spec)
	mustURL(t, s)
	log, err := os.ReadFile(spec.Log)
	if err != nil {
		t.Fatal(err)
	}
	child := childIn(t, string(log))
	s.Close()
	if !childtest.Gone(child) {
		t.Error("a child lives on")
	}
	deaf := testSpec(t, "deaf")
	deaf.Grace = 50 * time.Millisecond
	d := open(t, deaf)
	url := mustURL(t, d)
	d.Close()
	if _, err := http.Get(url + "/health"); err == nil {
		t.Error("a process that ignores the request to end lives on")
	}
}

// A process that ended by itself leaves its children to nobody: they end before another
// is started.
func TestCrashEndsChildren(t *testing.T) {
	spec := testSpec(t, "parent")
	s := open(t, spec)
	url := mustURL(t, s)
	log, err := os.ReadFile(spec.Log)
	if err != nil {
		t.Fatal(err)
	}
	crash(t, s, url)
	mustURL(t, s)
	if !childtest.Gone(childIn(t, string(log))) {
		t.Error("a child of the process that crashed lives on")
	}
}

// childIn is the process that a parent names in its log.
func childIn(t *testing.T, log string) int {
	t.Helper()
	_, number, _ := strings.Cut(log, "child ")
	child, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil {
		t.Fatalf("log %q: %v", log, err)
	}
	return child
}

func TestMissingProgram(t *testing.T) {
	spec := testSpec(t, "good")
	spec.Command, spec.Missing = []string{"no-such-program"}, "install it"
	_, err := New(spec)
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.Infrastructure || known.Hint != "install it" {
		t.Errorf("got %v", err)
	}
}

func TestAsk(t *testing.T) {
	ask := func(script string) (string, error) {
		return Ask(Spec{What: "a program", Command: []string{"sh", "-c", script}, Missing: "install it"})
	}
	if got, err := ask("echo warning; echo 1.2.3"); got != "1.2.3" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	_, err := ask("echo no module >&2; exit 1")
	var known *results.Error
	if !errors.As(err, &known) || known.Hint != "install it" || !strings.HasSuffix(err.Error(), "exit status 1: no module") {
		t.Errorf("got %v", err)
	}
	if _, err := Ask(Spec{Command: []string{"no-such-program"}}); err == nil {
		t.Error("a program that is not there answered")
	}
}

func FuzzLastLines(f *testing.F) {
	f.Add("one\ntwo\n\nthree\x1b[0m\r\n")
	f.Add(strings.Repeat("x", 1000) + "\n\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := lastLines(text)
		if got == "" || strings.ContainsAny(got, "\n\r\x1b\x00") || len([]rune(got)) > tailLines*(tailRunes+6) {
			t.Errorf("%q gives %q", text, got)
		}
	})
}
