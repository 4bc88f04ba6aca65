package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/autodatabench/autodatabench/bench/internal/follow"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student"
)

// secretWords are in the prompt of each call and in each program and row of
// [callingSandbox], and may be in no event and no span.
const secretWords = "xyzzy-prompt-of-a-teacher"

// callingSandbox asks the teacher twice before it leaves its submission.
type callingSandbox struct{ microSandbox }

func (s callingSandbox) Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", spec.Socket)
	}}}
	for i := range 2 {
		body := fmt.Sprintf(`{"messages": [{"role": "user", "content": "%s %d"}]}`, secretWords, i)
		answer, err := client.Post("http://teacher/v1/chat/completions", "application/json", strings.NewReader(body))
		if err != nil {
			return sandbox.Result{}, err
		}
		text, err := io.ReadAll(answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode != http.StatusOK {
			return sandbox.Result{}, fmt.Errorf("%s: %s %w", answer.Status, text, err)
		}
	}
	return s.microSandbox.Run(ctx, spec)
}

// runFollowed runs the setup with its events in a file, and spans where env says so.
func runFollowed(t *testing.T, s *experiment.Setup, events string, env map[string]string) (stderr string) {
	t.Helper()
	s.Sandbox = callingSandbox{}
	var said bytes.Buffer
	w := quiet()
	w.Stderr, w.Now, w.Getenv = &said, time.Now, func(name string) string { return env[name] }
	ids, err := s.Chosen()
	if err != nil {
		t.Fatal(err)
	}
	model, err := recorded.Progress(s.Root, s.File, ids, w.Now())
	if err != nil {
		t.Fatal(err)
	}
	f, w, err := followed(w, s, newWatch(context.Background(), w, model), events)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Run(context.Background()); err != nil {
		t.Error(err)
	}
	f.close(w, false)
	return said.String()
}

// readEvents reads events and checks each line against the page.
func readEvents(t *testing.T, data []byte) (events []follow.Event) {
	t.Helper()
	events, err := describedEvents(data)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// describedEvents reads events, and refuses a line that is not as the page says.
func describedEvents(data []byte) (events []follow.Event, err error) {
	s, err := readSchemas(filepath.Join(filepath.Dir(jsonDoc), "events.md"))
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(data) {
		var e follow.Event
		var raw map[string]any
		if err := errors.Join(json.Unmarshal(line, &e), json.Unmarshal(line, &raw)); err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		s.types["data"] = s.types[s.commands[string(e.Event)]]
		if err := s.check("event", "event", raw); err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		if e.Schema != follow.Schema || !slices.Contains(follow.Kinds(), e.Event) {
			return nil, fmt.Errorf("%s: schema %d, event %q", line, e.Schema, e.Event)
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil, errors.New("there are no events")
	}
	return events, nil
}

// eventsAsDescribed checks the events in a file, or on standard output: events FILE.
func eventsAsDescribed(ts *testscript.TestScript, _ bool, args []string) {
	_, err := describedEvents([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
}

func count(events []follow.Event, kind follow.Kind, state follow.State) (n int) {
	for _, e := range events {
		if e.Event == kind && e.State == state {
			n++
		}
	}
	return n
}

// Every line of a run is as the page says, what begins ends, and nothing of prompts,
// programs and rows is in it. A second run continues the file.
func TestEvents(t *testing.T) {
	dir := t.TempDir()
	s := micro(t, filepath.Join(dir, "micro"))
	file := filepath.Join(dir, "new", "events.jsonl")
	if said := runFollowed(t, s, file, nil); strings.Contains(said, "warning") {
		t.Error(said)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	events := readEvents(t, data)
	for i, e := range events {
		if e.Seq != i {
			t.Fatalf("event %d has number %d", i, e.Seq)
		}
	}
	for _, c := range []struct {
		kind  follow.Kind
		state follow.State
		want  int
	}{
		{follow.Experiment, follow.Started, 1}, {follow.Experiment, follow.Progressed, 4}, {follow.Experiment, follow.Ended, 1},
		{follow.Trial, follow.Started, 4}, {follow.Trial, follow.Ended, 4}, {follow.Trial, follow.Stopped, 0},
		{follow.Attempt, follow.Started, 8}, {follow.Attempt, follow.Ended, 8},
		{follow.Attempt, follow.StepStarted, 8*5 + 4}, {follow.Attempt, follow.StepEnded, 8*5 + 4},
		{follow.Call, follow.Ended, 8*2 + 8}, // of the teacher and of the agent
		{follow.Score, follow.Ended, 1 + 8 + 4},
	} {
		if got := count(events, c.kind, c.state); got != c.want {
			t.Errorf("%s %s: %d events, want %d", c.kind, c.state, got, c.want)
		}
	}
	for _, word := range []string{secretWords, "A plan", "question 0", "# science", "sk-"} {
		if bytes.Contains(data, []byte(word)) {
			t.Errorf("the events have %q", word)
		}
	}
	again := micro(t, filepath.Join(dir, "micro"))
	runFollowed(t, again, file, nil)
	more, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(more, data) {
		t.Fatalf("the file was not continued: %v", err)
	}
	later := readEvents(t, more[len(data):])
	if count(later, follow.Trial, follow.Ended) != 4 || count(later, follow.Trial, follow.Started) != 0 || later[0].Seq != 0 ||
		strings.Count(string(more), `"earlier":true`) != 4 {
		t.Errorf("the second run: %+v", later)
	}
}

// A trial that fails is stopped, with what was open of it, and the words of the error
// stay out.
func TestEventsOfAFault(t *testing.T) {
	dir := t.TempDir()
	s := microOf(t, filepath.Join(dir, "micro"), []string{"alpha"}, 1, 1)
	s.Student, s.File.Outage = failing{&microStudent{}}, 0
	file := filepath.Join(dir, "events.jsonl")
	s.Sandbox = callingSandbox{}
	w := quiet()
	w.Now, w.Getenv = time.Now, func(string) string { return "" }
	model, err := recorded.Progress(s.Root, s.File, s.File.Trials(), w.Now())
	if err != nil {
		t.Fatal(err)
	}
	f, w, err := followed(w, s, newWatch(context.Background(), w, model), file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(context.Background()); err == nil {
		t.Error("the run did not fail")
	}
	f.close(w, false)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	events := readEvents(t, data)
	if count(events, follow.Trial, follow.Stopped) != 1 || count(events, follow.Experiment, follow.Stopped) != 1 ||
		count(events, follow.Attempt, follow.StepStarted) != count(events, follow.Attempt, follow.StepEnded) ||
		!bytes.Contains(data, []byte(`"fault":"`)) || bytes.Contains(data, []byte("secret of a server")) {
		t.Errorf("%s", data)
	}
}

// failing is a student that cannot be trained, for a reason that quotes something.
type failing struct{ *microStudent }

func (failing) Train(context.Context, results.Recipe, []results.Row, int64, string, func(student.Progress)) (results.TrainReport, error) {
	return results.TrainReport{}, results.Infra(errors.New("secret of a server"))
}

// A reader that goes away is a warning.
func TestEventsReaderGone(t *testing.T) {
	r, wr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	var mu sync.Mutex
	var told []error
	stream := follow.NewStream(wr, func(err error) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, err)
	})
	for i := range 10 {
		stream.Take(follow.Event{Seq: i})
	}
	if err := stream.Close(); err != nil || len(told) != 1 {
		t.Errorf("closed with %v; told %v", err, slices.Clone(told))
	}
}
