package gateway

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/direct"
)

var (
	hops      = flag.Bool("hops", false, "measure calls over the bare upstream, over the gateway and over LiteLLM, and print a table")
	hopsCalls = flag.Int("hops.calls", 20_000, "`CALLS` of 80 clients")
	hopsMany  = flag.Int("hops.memory", 100_000, "`CALLS` after which the gateway's memory is read")
	hopsTrace = flag.String("hops.profile", "", "`FILE` for a processor profile of the gateway")
	litellm   = flag.String("hops.litellm", "", "the program litellm; empty leaves it out")
)

// hopRole makes the test binary one of the processes of [TestHops].
const hopRole = "GATEWAY_HOP"

const (
	hopAnswer = `{"choices":[{"finish_reason":"stop","index":0,"message":{"content":"Question: which of these is a noble gas? A) oxygen B) argon C) iron D) chlorine. Answer: B","role":"assistant"}}],"created":0,"id":"x","model":"m","object":"chat.completion","usage":{"completion_tokens":60,"prompt_tokens":40,"total_tokens":100}}`
	hopBody   = `{"model":"m","messages":[{"role":"user","content":"Write question %d about chemistry, with four options and the letter of the right one."}],"temperature":0.7}`
)

// TestHopUpstream and TestHopGateway are processes of their own, until their input ends.
func TestHopUpstream(t *testing.T) {
	if os.Getenv(hopRole) != "upstream" {
		return // a process of TestHops
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, hopAnswer)
	})}
	go func() { _ = server.Serve(l) }()
	hopReady("http://" + l.Addr().String())
}

func TestHopGateway(t *testing.T) {
	at, ok := strings.CutPrefix(os.Getenv(hopRole), "gateway ")
	if !ok {
		return // a process of TestHops
	}
	up := &teacher.OpenAI{BaseURL: at + "/v1", Model: "m", Client: &http.Client{
		Transport: &direct.Transport{Proxy: http.ProxyFromEnvironment, Else: http.DefaultTransport, Keep: 100},
	}}
	g := open(t, os.Getenv("GATEWAY_FOLDER"), testSpec(1<<30, 1<<30, 80), up)
	socket := filepath.Join(os.Getenv("GATEWAY_FOLDER"), "s")
	stop, err := g.Serve(t.Context(), 1, socket, func(context.Context) results.Check { return results.Check{} }, func() float64 { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	hopReady(socket)
	stop()
}

func hopReady(address string) {
	fmt.Println("ready " + address)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// hop is a process that calls go through.
type hop struct {
	t       *testing.T
	address string
	command *exec.Cmd
}

// startHop starts the test binary in a role, and waits until it listens.
func startHop(t *testing.T, test, role string, env ...string) hop {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run", "^"+test+"$", "-test.timeout", "0")
	if profile := os.Getenv("GATEWAY_PROFILE"); profile != "" {
		c.Args = append(c.Args, "-test.cpuprofile", profile)
	}
	c.Env = append(append(os.Environ(), hopRole+"="+role), env...)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = c.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return hop{t, address, c}
		}
	}
	t.Fatalf("%s did not start", test)
	return hop{}
}

// used is the processor time of the process so far, and the most memory that it had, in
// bytes.
func (h hop) used() (processor time.Duration, memory float64) {
	var kilobytes float64
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.command.Process.Pid))
	if err == nil {
		_, after, _ := strings.Cut(string(status), "VmHWM:")
		_, err = fmt.Sscan(after, &kilobytes)
	}
	var nanoseconds int64
	if stat, failed := os.ReadFile(fmt.Sprintf("/proc/%d/stat", h.command.Process.Pid)); failed == nil {
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		var user, system int64
		_, _ = fmt.Sscan(fields[11], &user)
		_, _ = fmt.Sscan(fields[12], &system)
		nanoseconds = (user + system) * int64(time.Second) / 100
	}
	if err != nil || nanoseconds == 0 {
		h.t.Fatalf("the use of process %d: %v", h.command.Process.Pid, err)
	}
	return time.Duration(nanoseconds), 1024 * kilobytes
}

// caller makes calls to an address: of HTTP, or of a socket.
type caller struct {
	client *http.Client
	url    string
	next   atomic.Int64
	failed atomic.Int64
}

func newCaller(address string) *caller {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	c := &caller{client: &http.Client{Transport: transport}, url: address + "/v1/chat/completions"}
	if strings.HasPrefix(address, "/") {
		c.url = "http://gateway/v1/chat/completions"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", address)
		}
	}
	return c
}

func (c *caller) call() time.Duration {
	begin := time.Now()
	r, err := c.client.Post(c.url, "application/json", strings.NewReader(fmt.Sprintf(hopBody, c.next.Add(1))))
	if err != nil {
		c.failed.Add(1)
		return time.Since(begin)
	}
	var answer struct{ Choices []json.RawMessage }
	if json.NewDecoder(r.Body).Decode(&answer) != nil || len(answer.Choices) != 1 {
		c.failed.Add(1)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	r.Body.Close()
	return time.Since(begin)
}

// closed makes the calls from so many clients, each after its answer.
func (c *caller) closed(clients, calls int) (took time.Duration, each []time.Duration) {
	begin := time.Now()
	each = make([]time.Duration, calls)
	var at atomic.Int64
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for i := at.Add(1); i <= int64(calls); i = at.Add(1) {
				each[i-1] = c.call()
			}
		})
	}
	wg.Wait()
	slices.Sort(each)
	return time.Since(begin), each
}

// paced makes calls at a rate, whether or not answers come. A call's time begins when
// it was due.
func (c *caller) paced(rate, calls int) (each []time.Duration) {
	begin := time.Now()
	each = make([]time.Duration, calls)
	var wg sync.WaitGroup
	for i := range calls {
		due := begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		wg.Go(func() {
			c.call()
			each[i] = time.Since(due)
		})
	}
	wg.Wait()
	slices.Sort(each)
	return each
}

// share is the value below which the share of the sorted times is.
func share(each []time.Duration, of float64) time.Duration {
	return each[min(int(of*float64(len(each))), len(each)-1)]
}

// syncs are the times of making 4 KiB durable in the folder.
func syncs(t *testing.T, dir string) (each []time.Duration) {
	f, err := os.Create(filepath.Join(dir, "synced"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 500 {
		begin := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			t.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
		each = append(each, time.Since(begin))
	}
	slices.Sort(each)
	return each
}

// hopRow is what one way of calls came to.
type hopRow struct {
	name        string
	rate        float64       // calls/s of 80 clients
	processor   time.Duration // of the hop a call
	one         time.Duration // median of one client
	paced       time.Duration // p99 at 1,000 calls/s
	memoryBytes float64
}

// measureHop measures a way that starts at the address.
func measureHop(t *testing.T, name string, h hop, calls, rate int) hopRow {
	t.Helper()
	c := newCaller(h.address)
	c.closed(80, max(calls/10, 80)) // connections, caches
	before, _ := h.used()
	took, _ := c.closed(80, calls)
	after, _ := h.used()
	row := hopRow{name: name, rate: float64(calls) / took.Seconds(), processor: (after - before) / time.Duration(calls)}
	_, each := c.closed(1, max(calls/20, 20))
	row.one = share(each, 0.5)
	row.paced = share(c.paced(rate, max(calls/4, 100)), 0.99)
	if failed := c.failed.Load(); failed > 0 {
		t.Errorf("%s: %d calls failed", name, failed)
	}
	_, row.memoryBytes = h.used()
	return row
}

// TestHops measures calls straight to an upstream that answers at once, through the
// gateway before it, and through LiteLLM before it, in turns of the same clients. Each
// is a process of its own.
func TestHops(t *testing.T) {
	if !*hops {
		return // a measurement: make bench-gateway
	}
	upstream := startHop(t, "TestHopUpstream", "upstream")
	dir := t.TempDir()
	if *hopsTrace != "" {
		t.Setenv("GATEWAY_PROFILE", *hopsTrace)
	}
	ours := startHop(t, "TestHopGateway", "gateway "+upstream.address, "GATEWAY_FOLDER="+dir)
	disk := share(syncs(t, dir), 0.99)
	rows := []hopRow{
		measureHop(t, "bare upstream", upstream, *hopsCalls, 1000),
		measureHop(t, "gateway", ours, *hopsCalls, 1000),
	}
	more := newCaller(ours.address)
	more.next.Store(1 << 30)
	more.closed(80, *hopsMany)
	_, memory := ours.used()
	if *litellm == "" {
		fmt.Println("LiteLLM: LEFT OUT, there is no program litellm; see bench/gateway/litellm.sh")
	} else {
		rows = append(rows, measureHop(t, "LiteLLM", startLiteLLM(t, upstream.address), *hopsCalls/40, 50))
	}
	printHops(rows, memory, disk)
}

func printHops(rows []hopRow, memory float64, disk time.Duration) {
	fmt.Printf("\n%-14s %12s %14s %16s %18s %8s\n", "way", "calls/s, 80", "processor/call", "one client, p50", "1,000/s, p99", "MB")
	for _, r := range rows {
		fmt.Printf("%-14s %12.0f %14s %16s %18s %8.0f\n", r.name, r.rate, r.processor.Round(time.Microsecond), r.one.Round(time.Microsecond), r.paced.Round(10*time.Microsecond), r.memoryBytes/1e6)
	}
	bare, ours := rows[0], rows[1]
	goal := func(met bool, format string, args ...any) {
		fmt.Printf("%-8s %s\n", map[bool]string{true: "met", false: "missed"}[met], fmt.Sprintf(format, args...))
	}
	fmt.Println("LiteLLM is paced at 50 calls/s. p99 of a sync:", disk.Round(10*time.Microsecond))
	goal(ours.rate >= 10_000, "%.0f calls/s at 80 clients, goal 10,000", ours.rate)
	goal(ours.rate >= 0.4*bare.rate, "%.0f %% of the bare upstream, goal 40 %%", 100*ours.rate/bare.rate)
	goal(ours.paced-bare.paced <= 2*time.Millisecond+2*disk, "p99 over the bare hop at 1,000 calls/s %s, goal 2 ms and two syncs", (ours.paced - bare.paced).Round(10*time.Microsecond))
	goal(ours.one <= 400*time.Microsecond+disk, "one client %s a call, goal 400 µs and a sync", ours.one.Round(time.Microsecond))
	goal(memory <= 40e6, "%.0f MB after %d calls, goal 40 MB after 1,000,000", memory/1e6, *hopsMany)
}

// startLiteLLM starts LiteLLM's proxy before the upstream, with one worker, as it comes.
func startLiteLLM(t *testing.T, upstream string) hop {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	config := filepath.Join(t.TempDir(), "config.yaml")
	text := fmt.Sprintf("model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_base: %s/v1, api_key: none}\n", upstream)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(*litellm, "--config", config, "--port", fmt.Sprint(port), "--host", "127.0.0.1")
	// On this machine alone, and without the work that a key would make.
	c.Env = append(os.Environ(), "LITELLM_LOG=ERROR", "LITELLM_LOCAL_MODEL_COST_MAP=True", "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true")
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	t.Cleanup(func() { _ = c.Process.Signal(os.Interrupt); <-ended; log.Close() })
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	for begin := time.Now(); time.Since(begin) < 5*time.Minute; {
		if r, err := http.Get(address + "/health/liveliness"); err == nil {
			r.Body.Close()
			return hop{t, address, c}
		}
		select {
		case <-time.After(time.Second):
		case <-ended:
			begin = time.Time{}
		}
	}
	said, _ := os.ReadFile(log.Name())
	t.Fatalf("LiteLLM does not answer:\n%s", said)
	return hop{}
}
