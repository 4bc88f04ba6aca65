package runner_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

var allFaults = flag.Bool("faults", false, "play every fault, not only one of each sort")

// asksThirty is a program that asks 30 prompts and submits a row for each answer: a
// call that is lost makes its submission shorter, and still a valid one.
var asksThirty = program(`from autodatabench import ask_many, save_rows
answers = ask_many(["prompt %d" % i for i in range(30)], concurrency=2)
save_rows([{"instruction": "question %d" % i, "input": "", "output": a} for i, a in enumerate(answers) if a])`)

// flaky is a server of chat completions that misbehaves from the n-th request on,
// until it is mended.
type flaky struct {
	url    string
	healed atomic.Bool
	after  int64
	bad    func(w http.ResponseWriter, r *http.Request)
	text   string // of every answer

	asked    atomic.Int64
	mu       sync.Mutex
	answered map[string]int // by the request's body
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if f.asked.Add(1) > f.after && !f.healed.Load() {
		f.bad(w, r)
		return
	}
	f.mu.Lock()
	f.answered[string(body)]++
	f.mu.Unlock()
	if r.URL.Path == "/v1/messages" {
		streams(opened, fmt.Sprintf(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%q}}`, f.text),
			`{"type":"content_block_stop","index":0}`, `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}`, `{"type":"message_stop"}`)(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"choices": [{"message": {"content": %q}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7.0, "completion_tokens": 1}}`, f.text)
}

// twice is how many requests were answered more than once.
func (f *flaky) twice() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, times := range f.answered {
		if times > 1 {
			n++
		}
	}
	return n
}

func newFlaky(t *testing.T, after int64, text string, bad func(http.ResponseWriter, *http.Request)) *flaky {
	f := &flaky{after: after, bad: bad, text: text, answered: map[string]int{}}
	h := httptest.NewUnstartedServer(f)
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.Start()
	t.Cleanup(func() {
		f.healed.Store(true)
		h.CloseClientConnections()
		h.Close()
	})
	f.url = h.URL
	return f
}

// elsewhere is a teacher whose first calls go to one address, the next to another
// that is of no use, until it is mended.
type elsewhere struct {
	*flaky
	good, bad teacher.OpenAI
	calls     atomic.Int64
}

func (e *elsewhere) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	if e.calls.Add(1) > e.after && !e.healed.Load() {
		return e.bad.Complete(ctx, r)
	}
	return e.good.Complete(ctx, r)
}
func (e *elsewhere) Name() string    { return "elsewhere" }
func (e *elsewhere) Simulated() bool { return false }

type handler = func(w http.ResponseWriter, r *http.Request)

// says answers with the status.
func answersWith(code int) handler {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, `{"error": {"message": "not now"}}`)
	}
}

// sends answers 200 with a type and a text.
func sends(kind, text string) handler {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		io.WriteString(w, text)
	}
}

// breaksOff sends the bytes on the bare connection and resets or closes it.
func breaksOff(text string, reset bool) handler {
	return func(w http.ResponseWriter, _ *http.Request) {
		c, b, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		send(b, text)
		if tcp, ok := c.(*net.TCPConn); ok && reset {
			tcp.SetLinger(0)
		}
	}
}

func send(b *bufio.ReadWriter, text string) {
	b.WriteString(text)
	b.Flush()
}

func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func drips(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	for r.Context().Err() == nil {
		io.WriteString(w, " ")
		w.(http.Flusher).Flush()
		time.Sleep(50 * time.Millisecond)
	}
}

const half = `{"choices": [{"message": {"content": "an ans`

// outages are the ways in which a server fails, by name. The first of each sort is
// played in the short form.
var outages = []struct {
	name  string
	short bool
	bad   handler
}{
	{"reset early", true, breaksOff("", true)},
	{"reset in the middle", false, breaksOff("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"+half, true)},
	{"closed late", false, breaksOff("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"+half, false)},
	{"hang", true, hangs},
	{"drip", false, drips},
	{"HTML with 200", true, sends("text/html", "<html>We are down for maintenance.</html>")},
	{"HTML as JSON", false, sends("application/json", "<html>Log in</html>")},
	{"truncated JSON", false, breaksOff("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"+half, false)},
	{"huge JSON", false, sends("application/json", `{"choices": "`+strings.Repeat("x", 17<<20)+`"}`)},
	{"empty JSON", false, sends("application/json", `{}`)},
	{"307", false, answersWith(307)}, {"401", true, answersWith(401)}, {"402", false, answersWith(402)}, {"404", false, answersWith(404)},
	{"408", false, answersWith(408)}, {"409", false, answersWith(409)}, {"429", false, answersWith(429)},
	{"500", false, answersWith(500)}, {"502", false, answersWith(502)}, {"503", true, answersWith(503)}, {"504", false, answersWith(504)}, {"529", false, answersWith(529)},
}

// opened begins a stream of Anthropic's messages.
const opened = `{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":4,"output_tokens":1}}}
{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`

// streams sends events of Anthropic's messages.
func streams(events ...string) handler {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for data := range strings.Lines(strings.Join(events, "\n")) {
			var event struct{ Type string }
			_ = json.Unmarshal([]byte(data), &event)
			fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event.Type, strings.TrimSpace(data))
			w.(http.Flusher).Flush()
		}
	}
}

// overloaded is an error in Anthropic's words, with what its header says of trying
// again.
func overloaded(code int, again string) handler {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Should-Retry", again)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`)
	}
}

// then sends one thing after the other.
func then(first, second handler) handler {
	return func(w http.ResponseWriter, r *http.Request) {
		first(w, r)
		second(w, r)
	}
}

// anthropicOutages are the ways in which Anthropic's servers fail besides.
var anthropicOutages = []struct {
	name  string
	short bool
	bad   handler
}{
	{"529", true, overloaded(529, "")},
	{"529, x-should-retry: false", false, overloaded(529, "false")},
	{"400, x-should-retry: true", false, overloaded(400, "true")},
	{"overloaded within the stream", true, streams(opened, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`)},
	{"failed within the stream", false, streams(opened, `{"type":"error","error":{"type":"api_error","message":"Internal server error"}}`)},
	{"the stream ends early", false, streams(opened)},
	{"the stream breaks off", false, then(streams(opened), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })},
	{"the stream hangs", false, then(streams(opened), hangs)},
}

// refusals are the program's own.
var refusals = []int{400, 403, 413, 422, 451}

// faultRow is a line of the table.
type faultRow struct {
	name, expected, seen string
	took                 time.Duration
}

// faultBench plays faults on trials that share what takes time to build.
type faultBench struct {
	env  runner.Env
	spec results.Spec
	mu   sync.Mutex
	rows []faultRow
}

func newFaultBench(t *testing.T) *faultBench {
	b := &faultBench{}
	b.env, b.spec = scriptedTrial(t, scripted{asksThirty}, 1, results.OneShot, results.Scratch)
	b.spec.Protocol.Budget.MinRows = 2
	b.spec.Protocol.Budget.RunTime = 4 * time.Minute
	return b
}

func (b *faultBench) trial(t *testing.T) (runner.Env, results.Spec) {
	env, spec := b.env, b.spec
	env.Root = record.Experiment(t.TempDir())
	return env, spec
}

// expect compares and keeps the line.
func (b *faultBench) expect(t *testing.T, name, expected string, play func() string) {
	begin := time.Now()
	seen := play()
	if seen != expected {
		t.Errorf("%s: %s, want %s", name, seen, expected)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows = append(b.rows, faultRow{name, expected, seen, time.Since(begin)})
}

// came says what a run came to.
func came(state *results.Trial, err error) string {
	var known *results.Error
	switch {
	case errors.As(err, &known) && (known.Kind == results.Infrastructure || known.Kind == results.BadInput):
		if state != nil && (state.End != "" || state.Last() != nil && state.Last().Executed) {
			return "left, with a result"
		}
		return "left"
	case err != nil:
		return err.Error()
	case state.Last().Check == nil:
		return "ended: " + string(state.End)
	}
	return fmt.Sprintf("%d rows, %d calls", state.Last().Check.Rows, state.Usage.TeacherCalls)
}

const waited = "30 rows, 30 calls, 0 asked twice"

const recovered = "left; then 30 rows, 30 calls, 0 asked twice"

// recovers runs the trial while its server is down, and again when it is up.
func recovers(env runner.Env, spec results.Spec, f *flaky) string {
	first := came(runner.Run(context.Background(), env, spec))
	f.healed.Store(true)
	return fmt.Sprintf("%s; then %s, %d asked twice", first, came(runner.Run(context.Background(), env, spec)), f.twice())
}

func client(url string) teacher.OpenAI {
	return teacher.OpenAI{
		BaseURL: url, Model: "m", Timeout: 700 * time.Millisecond, Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}},
		Retry: remote.Retry{Tries: 2, Base: time.Millisecond, Cap: time.Millisecond, MaxWait: time.Second},
	}
}

// TestFaults plays the faults of the platform on whole trials. None becomes a result,
// no answer is paid twice, and each trial goes on when the fault is over. With -v the
// test prints a table.
func TestFaults(t *testing.T) {
	b := newFaultBench(t)
	t.Run("teacher", b.teacherFaults)
	t.Run("connection", b.connectionFaults)
	t.Run("agent", b.agentFaults)
	t.Run("own program", b.ownModelFaults)
	t.Run("refusals", b.refusals)
	t.Run("outage", b.waitedOut)
	t.Run("disk", b.diskFaults)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| case\t| expected\t| seen\t| time")
	for _, r := range b.rows {
		fmt.Fprintf(w, "| %s\t| %s\t| %s\t| %.1f s\n", r.name, r.expected, r.seen, r.took.Seconds())
	}
	w.Flush()
}

// teacherFaults break the teacher in the middle of the program's calls.
func (b *faultBench) teacherFaults(t *testing.T) {
	for _, o := range outages {
		if !o.short && !*allFaults {
			continue
		}
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			f := newFlaky(t, 15, "an answer", o.bad)
			env, spec := b.trial(t)
			asks := client(f.url)
			env.Teacher = &asks
			b.expect(t, "teacher: "+o.name, recovered, func() string { return recovers(env, spec, f) })
		})
	}
	for _, code := range []int{403, 451} { // with no answer beside them they are no refusal of a prompt
		t.Run(fmt.Sprintf("%d to all", code), func(t *testing.T) {
			t.Parallel()
			f := newFlaky(t, 0, "an answer", answersWith(code))
			env, spec := b.trial(t)
			asks := client(f.url)
			env.Teacher = &asks
			b.expect(t, fmt.Sprintf("teacher: %d to all", code), recovered, func() string { return recovers(env, spec, f) })
		})
	}
	t.Run("hang until the code's time is over", func(t *testing.T) {
		t.Parallel()
		f := newFlaky(t, 15, "an answer", hangs)
		env, spec := b.trial(t)
		asks := client(f.url)
		asks.Timeout = time.Hour
		env.Teacher, spec.Protocol.Budget.CodeTime = &asks, 6*time.Second
		b.expect(t, "teacher: hang until the code's time is over", recovered, func() string { return recovers(env, spec, f) })
	})
}

// connectionFaults are of connections that do not come about.
func (b *faultBench) connectionFaults(t *testing.T) {
	for name, url := range nowhere(t) {
		t.Run("agent: "+name, func(t *testing.T) {
			t.Parallel()
			f := newFlaky(t, 1<<40, enough, nil)
			env, spec := b.trial(t)
			to := func(url string) agents.Agent {
				return chat.New(chat.Config{Provider: chat.OpenAI, BaseURL: url, Model: "m", Tries: 2, Pause: time.Millisecond})
			}
			env.Agent = movedAgent{flaky: f, good: to(f.url), bad: to(url)}
			b.expect(t, "agent: "+name, "left; then 25 rows, 0 calls, 0 asked twice", func() string { return recovers(env, spec, f) })
		})
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFlaky(t, 1<<40, "an answer", nil)
			f.after = 15
			f.bad = func(http.ResponseWriter, *http.Request) {}
			env, spec := b.trial(t)
			good := newFlaky(t, 1<<40, "an answer", nil)
			env.Teacher = &elsewhere{flaky: f, good: client(good.url), bad: client(url)}
			b.expect(t, "teacher: "+name, recovered, func() string {
				seen := recovers(env, spec, f)
				if good.twice() > 0 {
					seen += ", but not so"
				}
				return seen
			})
		})
	}
}

// refusals are statuses by which a server refuses single requests.
func (b *faultBench) refusals(t *testing.T) {
	for _, code := range refusals {
		if code != 403 && !*allFaults {
			continue
		}
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			f := newFlaky(t, 15, "an answer", answersWith(code))
			env, spec := b.trial(t)
			asks := client(f.url)
			env.Teacher = &asks
			b.expect(t, fmt.Sprintf("teacher: %d beside answers", code), "15 rows, 15 calls", func() string {
				return came(runner.Run(context.Background(), env, spec))
			})
		})
	}
}

// waitedOut lets outages end while the trial waits.
func (b *faultBench) waitedOut(t *testing.T) {
	t.Run("teacher", func(t *testing.T) {
		t.Parallel()
		f := newFlaky(t, 15, "an answer", answersWith(503))
		env, spec := b.trial(t)
		asks := client(f.url)
		env.Teacher, env.Outage = &asks, 2*time.Minute
		waits := 0
		env.Report = func(_ results.TrialID, doing string, _ *results.Trial) {
			if strings.HasPrefix(doing, "waits ") && strings.Contains(doing, "503") {
				if waits++; waits == 3 {
					f.healed.Store(true)
				}
			}
		}
		b.expect(t, "teacher: 503, waited out", "30 rows, 30 calls", func() string { return came(runner.Run(context.Background(), env, spec)) })
	})
	t.Run("agent", func(t *testing.T) {
		t.Parallel()
		f := newFlaky(t, 0, enough, answersWith(503))
		env, spec := b.trial(t)
		env.Outage = 2 * time.Minute
		env.Agent = chat.New(chat.Config{Provider: chat.OpenAI, BaseURL: f.url, Model: "m", Tries: 1})
		time.AfterFunc(2*time.Second, func() { f.healed.Store(true) })
		b.expect(t, "agent: 503, waited out", "25 rows, 0 calls", func() string { return came(runner.Run(context.Background(), env, spec)) })
	})
	t.Run("lost calls", func(t *testing.T) {
		t.Parallel()
		f := newFlaky(t, 5, "an answer", breaksOff("", true))
		env, spec := b.trial(t)
		asks := client(f.url)
		env.Teacher, env.Outage = &asks, time.Hour
		spec.Protocol.Budget.TeacherCallsPerAttempt = 30
		b.expect(t, "teacher: more than a tenth of the calls are lost", recovered, func() string { return recovers(env, spec, f) })
	})
}

// diskFaults fill the disk, each at another place, and free it.
func (b *faultBench) diskFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		op   disk.Op
		path string // part of it
		fits int64  // operations before there is no space
		want string
	}{
		{"ledger", disk.Write, "ledger", 8, recovered}, {"submission", disk.Create, "attempts/1", 4, recovered},
		{"events", disk.Write, "events", 1, recovered}, {"no space before the step", disk.Space, "", 0, recovered},
		{"teacher's answers, freed while the trial waits", disk.Write, "open", 4, waited},
		{"answers cannot be synced, freed while the trial waits", disk.Sync, "open", 4, waited},
		{"ledger, freed while the trial waits", disk.Write, "ledger", 9, waited},
		{"teacher's answers, to the end of the program", disk.Write, "open", 4, "left; then 30 rows, 30 calls, 1 asked twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFlaky(t, 1<<40, "an answer", nil)
			env, spec := b.trial(t)
			asks := client(f.url)
			env.Teacher, spec.Protocol.Budget.TeacherConcurrency = &asks, 1 // one answer in flight
			mend := func() {}
			env.Agent = agentFunc(func() {
				var done atomic.Int64
				mend = disk.Break(func(op disk.Op, path string) error {
					if op == c.op && strings.Contains(path, c.path) && done.Add(1) > c.fits {
						return syscall.ENOSPC
					}
					return nil
				})
			})
			if c.want == waited {
				env.Outage = time.Minute
				env.Report = func(_ results.TrialID, doing string, _ *results.Trial) {
					if strings.HasPrefix(doing, "waits ") {
						mend()
					}
				}
			}
			b.expect(t, "disk full: "+c.name, c.want, func() string {
				first := came(runner.Run(context.Background(), env, spec))
				mend()
				if c.want == waited {
					return fmt.Sprintf("%s, %d asked twice", first, f.twice())
				}
				env.Agent = scripted{asksThirty}
				return fmt.Sprintf("%s; then %s, %d asked twice", first, came(runner.Run(context.Background(), env, spec)), f.twice())
			})
		})
	}
}

// agentFunc is an agent that does something before its first reply.
type agentFunc func()

func (f agentFunc) Reply(context.Context, agents.Request) (results.Reply, error) {
	f()
	return results.Reply{Text: asksThirty}, nil
}
