package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/gateway"
	"github.com/autodatabench/autodatabench/runner/submission"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// numbered is a teacher whose answers depend on the request alone. It fails on
// prompts with "fail", and is slow on those with "slow".
type numbered struct{ calls atomic.Int64 }

func (n *numbered) Name() string    { return "numbered-1" }
func (n *numbered) Simulated() bool { return true }

func (n *numbered) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	n.calls.Add(1)
	prompt := r.Messages[len(r.Messages)-1].Content
	if strings.Contains(prompt, "fail") {
		return teacher.Response{}, &teacher.CallError{Status: 503, Refunded: true, Err: errors.New("busy")}
	}
	if strings.Contains(prompt, "slow") {
		time.Sleep(50 * time.Millisecond)
	}
	said, err := json.Marshal(map[string]any{
		"prompt": prompt, "system": r.Messages[0].Role == teacher.System, "max_tokens": r.MaxTokens, "stop": r.Stop, "json": r.JSON,
		"temperature": r.Temperature, "top_p": r.TopP, "seed": r.Seed,
	})
	return teacher.Response{Content: string(said), FinishReason: "stop", InputTokens: 1, OutputTokens: 1}, err
}

// withLibrary runs code that uses the helper library against a real gateway. It
// returns the code's output and the gateway's usage.
func withLibrary(t *testing.T, trial, workspace, code string) (string, gateway.Usage) {
	t.Helper()
	all, err := kinds()
	if err != nil {
		t.Fatal(err)
	}
	protocol := results.Mini()
	protocol.Budget.TeacherCalls, protocol.Budget.TeacherCallsPerAttempt, protocol.Budget.TeacherConcurrency = 30, 20, 4
	protocol.Budget.DatasetSize, protocol.Budget.MinRows = 3, 2
	g, err := gateway.Open(record.Trial(trial), results.Spec{Protocol: protocol, Seed: 3}, &numbered{}, gateway.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(workspace, "code.py"), []byte("from autodatabench import *\n"+code), 0o644); err != nil {
		t.Fatal(err)
	}
	short, err := os.MkdirTemp("", "lib")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(short)
	check := func(context.Context) results.Check {
		f, err := OpenSubmission(workspace)
		if err != nil {
			return results.Check{Problem: err.Error()}
		}
		defer f.Close()
		_, check := submission.Decode(f, protocol.Budget)
		return check
	}
	stop, err := g.Serve(context.Background(), 1, filepath.Join(short, "s"), check, func() float64 { return 77 })
	if err != nil {
		t.Fatal(err)
	}
	r, err := all[Bubblewrap].Run(context.Background(), Spec{Workspace: workspace, Code: "code.py", Socket: filepath.Join(short, "s"), Timeout: time.Minute})
	stop()
	if err != nil || r.TimedOut {
		t.Fatalf("%v, timed out %t: %s", err, r.TimedOut, r.Output)
	}
	usage := g.Usage(1)
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	return string(r.Output), usage
}

func TestLibraryTeacher(t *testing.T) {
	out, usage := withLibrary(t, t.TempDir(), t.TempDir(), `
import json
a = json.loads(ask("hello \u00e9", system="be brief", temperature=0.5, top_p=0.9, max_tokens=9, stop="x", json_mode=True))
a.pop("seed"); print(json.dumps(a, sort_keys=True))
print(calls_left(), seconds_left())
many = [json.loads(x) for x in ask_many(["slow 0", {"prompt": "one", "max_tokens": 5}, "same", "same", "slow 4"], concurrency=3)]
print([m["prompt"] for m in many], [m["max_tokens"] for m in many], many[2]["seed"] != many[3]["seed"])
print([x is None for x in ask_many(["a", "fail", "b"])])
for call in (lambda: ask_many(["fail"], on_error="raise"), lambda: ask("x", temperature=3), lambda: ask("x", max_tokens=10**9), lambda: ask(5)):
    try: call()
    except (TeacherError, TypeError) as e: print(type(e).__name__, getattr(e, "status", ""), getattr(e, "kind", ""), e)
print(ask_many([]))
seen = []
ask_many(["p", "q"], progress=lambda done, total: seen.append((done, total)))
print(seen)
texts = ask_many(["slow %d" % i for i in range(40)])
print(sum(x is not None for x in texts), len(texts), calls_left())
try: ask("one more")
except BudgetExhausted as e: print("exhausted:", e)
`)
	want := `{"json": true, "max_tokens": 9, "prompt": "hello \u00e9", "stop": ["x"], "system": true, "temperature": 0.5, "top_p": 0.9}
{'total': 29, 'attempt': 19} 77
['slow 0', 'one', 'same', 'same', 'slow 4'] [512, 5, 512, 512, 512] True
[False, True, False]
TeacherError 502 teacher_unavailable the teacher gave no answer
TeacherError 400 invalid_request_error temperature: must be a number from 0 to 2
TeacherError 400 invalid_request_error max_tokens: must be an integer from 1 to 1024
TypeError   prompt must be a string, not int
[]
[(1, 2), (2, 2)]
10 40 {'total': 10, 'attempt': 0}
exhausted: no teacher calls left for this attempt
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	if usage.Calls != 20 {
		t.Errorf("charged %d calls", usage.Calls)
	}
}

// TestLibraryRepeats runs the same code twice for one attempt, as a resumed
// trial does: the second time everything comes from the ledger, in the same
// order, whatever the order of calls.
func TestLibraryRepeats(t *testing.T) {
	trial := t.TempDir()
	const code = `
import os
print(ask("x"), ask("x"), ask_many(["x"] * 4 + ["slow", "y"], concurrency=4))
r, w = os.pipe() # a forked process has answers of its own
if os.fork() == 0:
    os.write(w, ask("x").encode()); os._exit(0)
os.wait()
print(os.read(r, 9999).decode())
`
	first, usage := withLibrary(t, trial, t.TempDir(), code)
	second, again := withLibrary(t, trial, t.TempDir(), code)
	if first != second || usage != again {
		t.Errorf("charged %+v, then %+v; output\n%s\nthen\n%s", usage, again, first, second)
	}
	if usage.Calls != 9 || strings.Count(first, `"prompt": "x"`)+strings.Count(first, `"prompt":"x"`) != 7 {
		t.Errorf("charged %d calls: %s", usage.Calls, first)
	}
}

func TestLibraryWorkspace(t *testing.T) {
	workspace := t.TempDir()
	if err := os.Mkdir(filepath.Join(workspace, "task"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(workspace, "task", "public.jsonl"), []byte("{\"id\":1}\n\n{\"id\":2}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, usage := withLibrary(t, t.TempDir(), workspace, `
import os
print(load_public(), load_seed(), load_rows())
print(check_submission())
save_rows({"instruction": str(i), "output": "\u00e9\ud800" if i == 0 else "x"} for i in range(4))
v = check_submission()
print(v["valid"], v["kept"], v["used"], v["reasons"])
from concurrent.futures import ThreadPoolExecutor
print(all(w == v for w in ThreadPoolExecutor(8).map(lambda _: check_submission(), range(32))))
print(len(load_rows()), restore("a"), restore("a", 5))
checkpoint("a", {"n": 1}); print(restore("a"))
try: save_rows([object()])
except TypeError: print(len(load_rows()))
try: checkpoint("../a", 1)
except ValueError as e: print(e)
print(sorted(os.listdir()))
`)
	want := `[{'id': 1}, {'id': 2}] None []
{'valid': False, 'problem': 'there is no submission.json', 'rows': 0, 'kept': 0, 'used': 0}
True 3 3 {'text that is no Unicode (half of a surrogate pair)': 1}
True
4 None 5
{'n': 1}
4
a checkpoint's name has letters, digits, dots, dashes and underscores
['.tmp', 'checkpoints', 'code.py', 'submission.json', 'task']
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	if usage.Calls != 0 {
		t.Errorf("charged %d calls", usage.Calls)
	}
}

func TestLibraryParseJSON(t *testing.T) {
	out, _ := withLibrary(t, t.TempDir(), t.TempDir(), `
for text in [
    '{"a": 1}', '  [1, 2]  ', None, '', 'no JSON here', '5', '"text"',
    'Sure! Here it is:\n`+"```json\\n{\"a\": 1}\\n```"+`\nHope it helps.',
    '`+"```\\n[1,\\n 2]\\n```"+`', 'before {"a": [1, {"b": "}"}]} after {"c": 2}',
    '{"a": 1,}', '[1, 2, ]', '{"a": "x, ]",}', '{"a": "line\nbreak"}', '{"a": "\\\\frac{1}{2}"}',
    'set {x} and then {"a": 1}', '{"a": {"b": 1}', '] {"a": 1}', '{' * 5000, '[' * 200000,
    'it is {"a": "quote \\" and brace }"} indeed', '{a: 1}',
    r'{"a": "$\frac{1}{2} \times \alpha \boxed{3}$\nNext\tcell \u00e9 \user \\text"}',
]:
    print(parse_json(text))
`)
	want := `{'a': 1}
[1, 2]
None
None
None
None
None
{'a': 1}
[1, 2]
{'a': [1, {'b': '}'}]}
{'a': 1}
[1, 2]
{'a': 'x, ]'}
{'a': 'line\nbreak'}
{'a': '\\frac{1}{2}'}
{'a': 1}
{'b': 1}
{'a': 1}
None
None
{'a': 'quote " and brace }'}
None
{'a': '$\\frac{1}{2} \\times \\alpha \\boxed{3}$\nNext\tcell é \\user \\text'}
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}
