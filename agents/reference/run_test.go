package reference

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// library is the folder of the Python module that programs import.
const library = "../../runner/sandbox/lib"

// teacher answers like a model with habits: it repeats itself, wraps JSON in
// prose, gives no answer now and then and refuses some solutions.
type teacher struct {
	calls, budget atomic.Int64
	form          string // the line that solutions end with
}

func (t *teacher) text(prompt string, n int64) string {
	solution := "step one\nstep two\n" + t.form
	if n%6 == 0 {
		solution = "step one\nAnswer: 1"
	}
	switch {
	case strings.Contains(prompt, "solution correct?"):
		if n%10 == 0 {
			return "no, the second step is wrong"
		}
		return "yes, each step is right"
	case strings.Contains(prompt, "Answer the following question"):
		return encode(map[string]string{"solution": solution})
	}
	text := encode(map[string]string{"question": fmt.Sprintf("New problem %d?", n-n%5/4), "solution": solution})
	if n%4 == 0 {
		return "Here is the problem:\n\n```json\n" + text + "\n```\nLet me know!"
	}
	return text
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (t *teacher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v1/budget" {
		left := max(0, t.budget.Load()-t.calls.Load())
		fmt.Fprintf(w, `{"teacher_calls_left": %d, "teacher_calls_left_attempt": %d, "seconds_left": 60, "concurrency": 4}`, left, left)
		return
	}
	var body struct {
		Messages []struct{ Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Messages) == 0 {
		http.Error(w, `{"error": {"message": "bad request", "type": "invalid_request_error"}}`, http.StatusBadRequest)
		return
	}
	n := t.calls.Add(1)
	switch {
	case n > t.budget.Load():
		http.Error(w, `{"error": {"message": "no calls left", "type": "budget_exhausted"}}`, http.StatusTooManyRequests)
	case n%50 == 0:
		http.Error(w, `{"error": {"message": "overloaded", "type": "teacher_unavailable"}}`, http.StatusBadGateway)
	default:
		fmt.Fprint(w, encode(map[string]any{"choices": []any{map[string]any{
			"message": map[string]string{"content": t.text(body.Messages[0].Content, n)},
		}}}))
	}
}

// start serves the teacher on a socket and returns its path.
func (t *teacher) start(test *testing.T) string {
	test.Helper()
	dir, err := os.MkdirTemp("", "adb") // a socket's path is short
	if err != nil {
		test.Fatal(err)
	}
	test.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		test.Fatal(err)
	}
	server := httptest.NewUnstartedServer(t)
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	test.Cleanup(server.Close)
	return path
}

// execute runs a program in a workspace and returns its rows and output.
func execute(t *testing.T, code, socket string, seeds bool, previous []results.Row) (rows []results.Row, output string, failed bool) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("code.py", code)
	write("task/public.jsonl", `{"id": "1", "question": "New problem 3?", "answer": "1"}`+"\n")
	if seeds {
		write("task/seed.json", `["First seed question?", "Second seed question?", "Third seed question?"]`)
	}
	if previous != nil {
		write("previous/submission.json", encode(previous))
	}
	lib, err := filepath.Abs(library)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python(t), "-W", "error::SyntaxWarning", "code.py")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "AUTODATABENCH_SOCKET=" + socket, "PYTHONPATH=" + lib, "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	data, readErr := os.ReadFile(filepath.Join(dir, "submission.json"))
	if readErr == nil {
		if err := json.Unmarshal(data, &rows); err != nil {
			t.Fatalf("submission: %v", err)
		}
	}
	return rows, string(out), err != nil
}

func formOf(b results.Brief) string {
	if len(b.FewShot) == 0 {
		return "Therefore, the answer is 1."
	}
	lines := strings.Split(b.FewShot[0].Solution, "\n")
	return lines[len(lines)-1]
}

// The programs run against the real library and a teacher with habits, and leave
// what each engineer is known for.
func TestProgramsRun(t *testing.T) {
	small := results.Mini()
	small.Budget.DatasetSize, small.Budget.MinRows = 60, 30
	previous := []results.Row{}
	for i := range 60 {
		form := `The answer is \boxed{1}.`
		if i%2 == 0 {
			form = "Answer: 1"
		}
		previous = append(previous, results.Row{Instruction: fmt.Sprintf("Old problem %d?", i), Output: "step\n" + form})
	}
	for _, c := range []struct {
		name    string
		brief   results.Brief
		op      results.Operation
		setting results.Setting
		calls   int
		clean   bool // every row ends as it should, no question twice or public
		rows    int
	}{
		{"direct", briefs()[0], results.Draft, results.Scratch, 2000, false, 60},
		{"pipeline", briefs()[0], results.Draft, results.Scratch, 2000, true, 60},
		{"pipeline", briefs()[1], results.Draft, results.Seed, 2000, true, 60},
		{"pipeline", briefs()[2], results.Draft, results.Scratch, 40, true, 10},
		{"pipeline", briefs()[3], results.Draft, results.Scratch, 2000, true, 60},
		{"adaptive", briefs()[1], results.Draft, results.Scratch, 2000, false, 60},
		{"adaptive", briefs()[2], results.Draft, results.Seed, 2000, false, 60},
		{"adaptive", briefs()[0], results.Improve, results.Scratch, 2000, true, 60},
		{"adaptive", briefs()[0], results.Improve, results.Seed, 100, true, 10},
	} {
		t.Run(fmt.Sprintf("%s %s %s %s %d", c.name, c.brief.Domain, c.op, c.setting, c.calls), func(t *testing.T) {
			upstream := &teacher{form: formOf(c.brief)}
			upstream.budget.Store(int64(c.calls))
			d := situation(c.brief, c.op, c.setting, "INSIST = False\nVERIFY = True\n")
			d.Trial.Spec.Protocol, d.CallsLeftAttempt = small, c.calls
			_, code, failure, detail := agents.Extract(ask(t, c.name, d, 1).Text, false)
			if failure != "" {
				t.Fatalf("%s: %s", failure, detail)
			}
			old := previous
			if c.op != results.Improve {
				old = nil
			}
			rows, output, failed := execute(t, code, upstream.start(t), c.setting == results.Seed, old)
			if failed {
				t.Fatalf("the program failed:\n%s", output)
			}
			if len(rows) < c.rows || len(rows) > 60 {
				t.Errorf("%d rows, want %d to 60\n%s", len(rows), c.rows, output)
			}
			if c.clean {
				checkClean(t, rows, formOf(c.brief))
			}
		})
	}
}

func checkClean(t *testing.T, rows []results.Row, form string) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.Instruction] || r.Instruction == "New problem 3?" {
			t.Errorf("a question is there twice or public: %q", r.Instruction)
		}
		seen[r.Instruction] = true
		if strings.HasPrefix(r.Instruction, "New") && !strings.HasSuffix(r.Output, form) {
			t.Errorf("output ends otherwise: %q", r.Output)
		}
		if strings.HasSuffix(r.Output, "Answer: 1") {
			t.Errorf("an old row without the form is kept: %q", r.Instruction)
		}
	}
}

// Each fault of the careless engineer shows as the failure it stands for.
func TestCarelessFaults(t *testing.T) {
	upstream := &teacher{form: formOf(briefs()[0])}
	upstream.budget.Store(1 << 40)
	socket := upstream.start(t)
	b := brief{Domain: "science", Areas: []string{"heat", "waves", "mechanics"}, Rows: 60, MinRows: 30, Calls: 2000}
	for _, c := range []struct {
		fault  fault
		failed bool
		output string
		valid  bool
	}{
		{none, false, "saved", true},
		{noImport, true, "NameError", false},
		{rawJSON, true, "json.loads(answer)", false},
		{short, false, "saved", false},
	} {
		out, err := reply("A plan.", "careless.py.tmpl", b.sketch(chanceOf(1, 1), c.fault))
		if err != nil {
			t.Fatal(err)
		}
		_, code, _, _ := agents.Extract(out.Text, false)
		rows, output, failed := execute(t, code, socket, false, nil)
		if failed != c.failed || !strings.Contains(output, c.output) || (len(rows) >= b.MinRows) != c.valid {
			t.Errorf("%s: failed %v, %d rows, output:\n%s", c.fault, failed, len(rows), output)
		}
	}
}
