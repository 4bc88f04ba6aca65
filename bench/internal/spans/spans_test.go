package spans_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/autodatabench/autodatabench/bench/internal/follow"
	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/bench/internal/spans"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// receiver is a collector that keeps what it is sent, as OTLP over HTTP has it.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*tracepb.Span
	about []string // attributes of the resources
	raw   bytes.Buffer
	key   string
}

func receive(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err == nil && q.Header.Get("Content-Encoding") == "gzip" {
			var z *gzip.Reader
			if z, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
				body, err = io.ReadAll(z)
			}
		}
		var sent collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &sent)
		}
		if err != nil || q.URL.Path != "/v1/traces" || q.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("%s %s: %v", q.Method, q.URL, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.raw.Write(body)
		r.key = q.Header.Get("X-Key")
		for _, rs := range sent.ResourceSpans {
			for _, kv := range rs.Resource.Attributes {
				r.about = append(r.about, kv.Key+"="+kv.Value.GetStringValue())
			}
			for _, ss := range rs.ScopeSpans {
				r.spans = append(r.spans, ss.Spans...)
			}
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func attributes(s *tracepb.Span) map[string]any {
	m := map[string]any{}
	for _, kv := range s.Attributes {
		switch {
		case kv.Value.GetStringValue() != "":
			m[kv.Key] = kv.Value.GetStringValue()
		case kv.Value.GetArrayValue() != nil:
			m[kv.Key] = kv.Value.GetArrayValue().Values[0].GetStringValue()
		case kv.Value.GetDoubleValue() != 0:
			m[kv.Key] = kv.Value.GetDoubleValue()
		default:
			m[kv.Key] = kv.Value.GetIntValue()
		}
	}
	return m
}

var id = results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "my-agent", Run: 2}

// played makes the events of a trial of one attempt whose code fails, and of another
// that the platform stops, and gives them to the sink.
func played(sink follow.Sink) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	m := progress.New("tonight", []results.TrialID{id}, results.Budget{Iterations: 1, Attempts: 1}, 1, now)
	s := follow.New(follow.Terms{
		Experiment: "tonight", Teacher: follow.Model{Name: "qwen", Provider: "vllm"}, Student: "small",
		Agents:    map[string]follow.Model{"my-agent": {Name: "flash", Provider: "gemini"}},
		Simulated: func(string) bool { return false },
	}, func() progress.Snapshot { return m.Snapshot(now) }, func() time.Time { now = now.Add(time.Second); return now }, sink)
	state := &results.Trial{Spec: results.Spec{TrialID: id, Protocol: results.Mini()}}
	s.Doing(id, "ask", state)
	state.Attempts = []results.Attempt{{N: 1, Op: results.Draft, Replied: true, Extracted: true}}
	s.Event(id, results.Event{Kind: results.AgentReplied, Data: []byte(
		`{"code":true,"seconds":0.5,"finish":"stop","agent_calls":1,"input_tokens":900,"output_tokens":70,"cost_usd":0.25}`)}, state)
	s.Doing(id, "execute", state)
	s.Call(id, gateway.Call{Attempt: 1, Outcome: "answered", Took: 500 * time.Millisecond, Input: 11, Output: 22, Finish: "length"})
	s.Call(id, gateway.Call{Attempt: 1, Outcome: "refund", Took: time.Second, Status: 429})
	state.Attempts[0].Failure, state.Attempts[0].Detail = results.RuntimeError, "a traceback with a prompt"
	s.Event(id, results.Event{Kind: results.CodeExecuted, Data: []byte(`{}`)}, state)
	s.Failed(id, errors.New("an error with a private item"))
	s.Close(false)
}

// A trial is a trace: attempts below it, steps below them, calls below the steps, each
// with its times and the attributes of the conventions.
func TestSpans(t *testing.T) {
	r := receive(t)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=of-the-collector")
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "team=data")
	tracer, err := spans.Open(func(name string) string { return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": r.URL + "/"}[name] }, "v1", func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	played(tracer)
	if err := tracer.Close(); err != nil {
		t.Fatal(err)
	}
	byName := map[string][]*tracepb.Span{}
	for _, s := range r.spans {
		byName[s.Name] = append(byName[s.Name], s)
		if string(s.TraceId) != string(r.spans[0].TraceId) {
			t.Errorf("%s is in another trace", s.Name)
		}
	}
	for _, c := range []struct{ name, parent string }{
		{"trial", ""}, {"attempt", "trial"}, {"ask", "attempt"}, {"execute", "attempt"}, {"chat flash", "ask"}, {"chat qwen", "execute"},
	} {
		want := ""
		if c.parent != "" {
			want = string(byName[c.parent][0].SpanId)
		}
		if len(byName[c.name]) == 0 || string(byName[c.name][0].ParentSpanId) != want {
			t.Fatalf("span %s below %q: %v", c.name, c.parent, byName[c.name])
		}
	}
	calls := byName["chat qwen"]
	if len(r.spans) != 7 || len(calls) != 2 {
		t.Errorf("%d spans, %d calls to the teacher", len(r.spans), len(calls))
	}
	a := attributes(calls[0])
	for key, want := range map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "vllm", "gen_ai.request.model": "qwen", "gen_ai.response.finish_reasons": "length",
		"gen_ai.usage.input_tokens": int64(11), "gen_ai.usage.output_tokens": int64(22),
	} {
		if a[key] != want {
			t.Errorf("call: %s is %v, want %v", key, a[key], want)
		}
	}
	if took := calls[0].EndTimeUnixNano - calls[0].StartTimeUnixNano; took != 5e8 || calls[0].Kind != tracepb.Span_SPAN_KIND_CLIENT {
		t.Errorf("call of %d ns, kind %s", took, calls[0].Kind)
	}
	if agent := attributes(byName["chat flash"][0]); agent["gen_ai.provider.name"] != "gcp.gemini" || agent["autodatabench.cost_usd"] != 0.25 {
		t.Errorf("agent's call %v", agent)
	}
	for _, s := range []*tracepb.Span{calls[1], byName["execute"][0], byName["attempt"][0], byName["trial"][0]} {
		if s.Status.GetCode() != tracepb.Status_STATUS_CODE_ERROR || attributes(s)["error.type"] == nil {
			t.Errorf("%s is not marked as failed", s.Name)
		}
	}
	if attributes(calls[1])["http.response.status_code"] != int64(429) {
		t.Errorf("refused call %v", attributes(calls[1]))
	}
	if !slices.Contains(r.about, "service.name=autodatabench") || !slices.Contains(r.about, "team=data") || r.key != "of-the-collector" {
		t.Errorf("resource %q, key %q", r.about, r.key)
	}
	for _, word := range []string{"traceback", "private item"} {
		if strings.Contains(r.raw.String(), word) {
			t.Errorf("the spans have %q", word)
		}
	}
}

// Spans are off without a collector, and a collector that is not there is one warning.
func TestSpansWithoutACollector(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{nil, "off"},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_SDK_DISABLED": "true"}, "off"},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_TRACES_EXPORTER": "none"}, "off"},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"}, "want an address"},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "http/protobuf"},
	} {
		tracer, err := spans.Open(func(name string) string { return c.env[name] }, "v1", nil)
		if c.want == "off" && (tracer != nil || err != nil) || c.want != "off" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: tracer %v, error %v", c.env, tracer, err)
		}
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	var mu sync.Mutex
	var told []error
	tracer, err := spans.Open(func(name string) string {
		return map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": closed.URL}[name]
	}, "v1", func(err error) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, err)
	})
	if err != nil {
		t.Fatal(err)
	}
	played(tracer)
	begin := time.Now()
	if tracer.Close(); time.Since(begin) > 20*time.Second {
		t.Errorf("waited for %s", time.Since(begin))
	}
	if len(told) != 1 {
		t.Errorf("told %v", told)
	}
}
