package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results/record"
)

// refusing refuses a field of a request, as long as it is to, and counts what it
// answers otherwise.
type refusing struct {
	field    string
	off      atomic.Bool
	answered atomic.Int64
	say      http.HandlerFunc
}

func (f *refusing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	if json.NewDecoder(r.Body).Decode(&body); body[f.field] != nil && !f.off.Load() {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error": {"message": "Unsupported parameter: '%s' is not supported with this model.", "param": %q}}`, f.field, f.field)
		return
	}
	f.answered.Add(1)
	f.say(w, r)
}

// firstReplies lays an experiment of two agents with one attempt each, behind servers
// that refuse fields, and of a teacher that refuses one, too.
func firstReplies(t *testing.T, fields ...string) (dir string, servers []*refusing) {
	program := "The plan.\n\n```python\nfrom autodatabench import ask, save_rows\nsaid = ask('What is it?')\n" +
		"save_rows([{'instruction': 'What is %d + 1?' % i, 'input': '', 'output': '%s: %d' % (said, i + 1)} for i in range(20)])\n```\n"
	files := map[string]string{}
	for i, field := range fields {
		text := program
		if i == 2 {
			text = "An answer."
		}
		s := &refusing{field: field, say: says(text)}
		h := chats(t, s.ServeHTTP)
		servers = append(servers, s)
		name := fmt.Sprintf("agent-%d", i+1)
		files[name+".yaml"] = "name: " + name + "\nprovider: openai\nbase_url: " + h.URL + "/v1\nmodel: m\nsampling: {max_output_tokens: 900, seed: true}\n"
		files["first.yaml"] = "name: first\ndomains: [science]\nworkflows: [one-shot]\nagents: [agent-1, agent-2]\nparallel: 1\n" +
			"budget: {attempts: 1, dataset_size: 20, min_rows: 10}\nteacher: {kind: openai, model: t, base_url: \"" + h.URL + "/v1\"}\n"
	}
	return lay(t, files), servers
}

func trialOf(dir, agent string) record.Trial {
	return record.Trial(filepath.Join(dir, "runs/first/trials/science/one-shot-scratch", agent, "run-1"))
}

// TestFirstReplies adapts to what the servers of two agents and the teacher refuse, pays
// for one reply of each agent's attempt, and keeps what was adapted beside it.
func TestFirstReplies(t *testing.T) {
	dir, servers := firstReplies(t, "seed", "max_tokens", "seed")
	code, _, stderr := in(t, dir, "run", "--agent-file", "agent-1.yaml", "--agent-file", "agent-2.yaml", "first.yaml")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for i, want := range []string{"no seed", "max_completion_tokens in place of max_tokens"} {
		reply, err := trialOf(dir, fmt.Sprintf("agent-%d", i+1)).Attempt(1).Reply().Read()
		if err != nil || !slices.Equal(reply.Adapted, []string{want}) || servers[i].answered.Load() != 1 {
			t.Errorf("agent %d: adapted %q, want %q; %d replies, %v", i+1, reply.Adapted, want, servers[i].answered.Load(), err)
		}
	}
	lock, err := record.Experiment(filepath.Join(dir, "runs/first")).ReadLock()
	if err != nil || !slices.Equal(lock.Adapted, []string{"no seed"}) {
		t.Errorf("the lock has %q, %v", lock.Adapted, err)
	}
}

// TestRefusedFieldsChangeNoScore scores the trials of servers that refuse fields as those
// of servers that take them.
func TestRefusedFieldsChangeNoScore(t *testing.T) {
	gains := func(fields ...string) (of []json.RawMessage) {
		dir, _ := firstReplies(t, fields...)
		code, _, stderr := in(t, dir, "run", "--agent-file", "agent-1.yaml", "--agent-file", "agent-2.yaml", "first.yaml")
		if code != 0 {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
		_, stdout, _ := in(t, dir, "leaderboard", "--json")
		var board struct {
			Groups []struct {
				Rows []struct {
					Gain json.RawMessage `json:"gain"`
				}
			}
		}
		if err := json.Unmarshal([]byte(stdout), &board); err != nil || len(board.Groups) != 1 {
			t.Fatalf("%v: %s", err, stdout)
		}
		for _, r := range board.Groups[0].Rows {
			of = append(of, r.Gain)
		}
		return of
	}
	taken, refused := gains("none", "none", "none"), gains("seed", "max_tokens", "max_tokens")
	if diff := cmp.Diff(taken, refused); diff != "" || len(taken) != 2 || bytes.Contains(taken[0], []byte(`"value": 0,`)) {
		t.Errorf("servers that refuse fields: %s; %d rows, %s", diff, len(taken), taken)
	}
}

// TestFirstReplyRefused ends a run, in the server's words, before a program of the other
// agent runs or asks the teacher for more than the probe. When the server takes the
// request, the run goes on from the reply that was paid for.
func TestFirstReplyRefused(t *testing.T) {
	dir, servers := firstReplies(t, "none", "model", "none")
	code, _, stderr := in(t, dir, "run", "--agent-file", "agent-1.yaml", "--agent-file", "agent-2.yaml", "first.yaml")
	if code != 3 || !strings.Contains(stderr, "Unsupported parameter: 'model'") || !strings.Contains(stderr, "hint: ") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(string(trialOf(dir, "agent-1").Attempt(1).RunLog())); err == nil || servers[0].answered.Load() != 1 || servers[2].answered.Load() > 1 {
		t.Errorf("%d replies, %d answers of the teacher, the program's output: %v", servers[0].answered.Load(), servers[2].answered.Load(), err)
	}
	servers[1].off.Store(true)
	code, _, stderr = in(t, dir, "resume", "--agent-file", "agent-1.yaml", "--agent-file", "agent-2.yaml", "first")
	if code != 0 || servers[0].answered.Load() != 1 || servers[1].answered.Load() != 1 {
		t.Errorf("gone on with: exit code %d, %d and %d replies: %s", code, servers[0].answered.Load(), servers[1].answered.Load(), stderr)
	}
}

// TestFirstCallOfATeacher is the probe of an experiment with one attempt: nothing is
// asked beside the program's own question, and its exchange says what was adapted.
func TestFirstCallOfATeacher(t *testing.T) {
	for _, field := range []string{"seed", "model"} {
		dir, servers := firstReplies(t, "none", "none", field)
		file := filepath.Join(dir, "first.yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		one := strings.Replace(string(text), ", agent-2]", "]", 1)
		if err := os.WriteFile(file, []byte(one), 0o644); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := in(t, dir, "run", "--agent-file", "agent-1.yaml", "first.yaml")
		if field == "model" {
			if code != 3 || !strings.Contains(stderr, "Unsupported parameter: 'model'") {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			continue
		}
		n := 0
		err = trialOf(dir, "agent-1").Teacher().Read(func(_ string, e record.Exchange) error {
			if n++; !slices.Equal(e.Response.Adapted, []string{"no seed"}) {
				t.Errorf("the exchange says %q", e.Response.Adapted)
			}
			return nil
		})
		if code != 0 || err != nil || n != 1 || servers[2].answered.Load() != 1 {
			t.Errorf("exit code %d, %d exchanges, %d answers, %v: %s", code, n, servers[2].answered.Load(), err, stderr)
		}
	}
}
