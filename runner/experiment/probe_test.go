package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// picky is a teacher's server that refuses a field and counts what it is asked.
type picky struct {
	field string
	asked atomic.Int64
}

func (p *picky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked.Add(1)
	var body map[string]any
	if json.NewDecoder(r.Body).Decode(&body); body[p.field] != nil {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error": {"message": "Unsupported parameter: '%s' is not supported with this model.", "param": %q}}`, p.field, p.field)
		return
	}
	fmt.Fprint(w, `{"choices": [{"message": {"content": "ready"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7, "completion_tokens": 1}}`)
}

// TestProbe asks a teacher's server before the first trial: what it refuses of the
// platform's own fields is in the lock, and an experiment that goes on neither asks
// again nor counts as another one.
func TestProbe(t *testing.T) {
	for field, want := range map[string][]string{"seed": {"no seed"}, "max_tokens": {"max_completion_tokens in place of max_tokens"}, "none": nil, "temperature": nil} {
		server := &picky{field: field}
		h := httptest.NewServer(server)
		begin := func(root record.Experiment) *Setup {
			s := setup(t, root)
			s.Teacher = &teacher.OpenAI{BaseURL: h.URL, Model: "m", Needs: new(teacher.Needs), Retry: remote.Retry{Tries: 1}}
			return s
		}
		root := record.Experiment(t.TempDir())
		if err := lockIt(begin(root)); err != nil {
			t.Errorf("%s: %v", field, err)
			continue
		}
		lock, err := root.ReadLock()
		if err != nil || !cmp.Equal(want, lock.Adapted) {
			t.Errorf("%s: the lock has %v, %v", field, lock.Adapted, err)
		}
		asked := server.asked.Load()
		again := begin(root)
		if err := lockIt(again); err != nil || server.asked.Load() != asked {
			t.Errorf("%s: gone on with: %v, %d questions more", field, err, server.asked.Load()-asked)
		}
		if got := again.adapted(); !cmp.Equal(want, got) {
			t.Errorf("%s: gone on with %v", field, got)
		}
		h.Close()
	}
}

// TestProbeRefused ends an experiment, before anything of it is written, where the
// server does not take what the experiment chose.
func TestProbeRefused(t *testing.T) {
	for code, body := range map[int]string{
		404: `{"error": {"message": "The model 'm' does not exist"}}`,
		401: `{"error": {"message": "Incorrect API key"}}`,
		400: `{"error": {"message": "something is wrong"}}`,
		402: `{"error": {"message": "Insufficient Balance"}}`,
	} {
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}))
		root := record.Experiment(t.TempDir())
		s := setup(t, root)
		s.Teacher = &teacher.OpenAI{BaseURL: h.URL, Model: "m", Needs: new(teacher.Needs)}
		err := lockIt(s)
		var known *results.Error
		var said struct{ Error struct{ Message string } }
		json.Unmarshal([]byte(body), &said)
		if !errors.As(err, &known) || known.Kind != results.BadInput || known.Hint == "" || !strings.Contains(err.Error(), said.Error.Message) {
			t.Errorf("%d: %v", code, err)
		}
		if root.Lock().Exists() {
			t.Errorf("%d: the experiment has begun", code)
		}
		h.Close()
	}
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }))
	defer busy.Close()
	s := setup(t, record.Experiment(t.TempDir()))
	s.Teacher = &teacher.OpenAI{BaseURL: busy.URL, Model: "m", Needs: new(teacher.Needs)}
	if err := lockIt(s); err != nil {
		t.Errorf("a server that is busy: %v", err)
	}
}
