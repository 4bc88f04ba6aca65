package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/audit"
)

// levelOf is the level of the rule's gravest finding, and its text.
func levelOf(r audit.Report, rule string) (level results.Level, text string) {
	level = results.Clean
	for _, f := range r.Findings {
		if f.Rule == rule && level.Worse(f.Level) != level {
			level, text = f.Level, f.Text
		}
	}
	return level, text
}

// A trial is audited twice to the same report, and the audit finds what was changed in its
// folder: each case changes one thing and puts it back.
func TestChangedFolders(t *testing.T) {
	root := t.TempDir()
	id := results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "direct", Run: 1}
	dir := play(t, root, trial{id, 1}, openBox(t, ""))
	before := look(t, root, dir, id)
	if before.Level == results.Violation {
		t.Fatalf("an honest trial: %+v", before.Findings)
	}
	if d := cmp.Diff(before, look(t, root, dir, id)); d != "" {
		t.Errorf("the second audit differs (-first +second):\n%s", d)
	}
	submission := string(dir.Attempt(before.Attempt).Submission())
	for _, c := range []struct {
		name, path string
		change     func(data []byte) []byte // nil removes the file
		rule       string
		level      results.Level
		text       string
	}{
		{"a call is left out of the ledger", dir.Ledger(), dropLines(2), "budget", results.Violation, "the ledger has"},
		{"a budget that the ledger breaks", dir.Events(), replacing(`"teacher_calls_per_attempt":2000`, `"teacher_calls_per_attempt":50`), "budget", results.Violation, "over the budget"},
		{"the check is left out", dir.Events(), dropEvent("checked"), "workflow", results.Violation, "the workflow has check next"},
		{"more iterations than the budget has", dir.Events(), replacing(`"iterations":3`, `"iterations":2`), "workflow", results.Violation, "the workflow has finish next"},
		{"another submission", submission, func(data []byte) []byte { return bytes.Replace(data, []byte("answer"), []byte("result"), 1) }, "submission", results.Violation, "not the file"},
		{"a protocol that does not say it was left", dir.Events(), replacing(`"modified":true,`, ""), "terms", results.Violation, "not those of protocol mini"},
		{"no ledger", dir.Ledger(), nil, "files", results.Warning, "taken on trust"},
		{"no submission", submission, nil, "files", results.Warning, "not traced"},
		{"another task", dir.Events(), replacing(loadTask(t, results.Science).Digest, strings.Repeat("0", 64)), "task-version", results.Warning, "another version"},
		{"no sandbox", dir.Events(), replacing(`"simulated":true`, `"simulated":true,"unsandboxed":true`), "sandbox", results.Warning, "without a sandbox"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := os.ReadFile(c.path)
			if err != nil {
				t.Fatal(err)
			}
			defer os.WriteFile(c.path, data, 0o600)
			if c.change == nil {
				err = os.Remove(c.path)
			} else {
				changed := c.change(data)
				if bytes.Equal(changed, data) {
					t.Fatal("nothing was changed")
				}
				err = os.WriteFile(c.path, changed, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if level, text := levelOf(look(t, root, dir, id), c.rule); level != c.level || !strings.Contains(text, c.text) {
				t.Errorf("rule %s: %s, %q; want %s, %q", c.rule, level, text, c.level, c.text)
			}
		})
	}
}

// Without the teacher's answers nothing can be said of the rows, and nothing is.
func TestWithoutAnswers(t *testing.T) {
	root := t.TempDir()
	id := results.TrialID{Domain: results.Finance, Workflow: results.OneShot, Setting: results.Scratch, Agent: "direct", Run: 1}
	dir := play(t, root, trial{id, 1}, openBox(t, ""))
	if err := os.RemoveAll(string(dir.Teacher())); err != nil {
		t.Fatal(err)
	}
	r := look(t, root, dir, id)
	if r.Level != results.Warning || r.Missing == 0 || r.Answers != 0 {
		t.Errorf("level %s, %d answers, %d missing", r.Level, r.Answers, r.Missing)
	}
	for _, f := range r.Findings {
		if f.Rule == "no-teacher-call" && f.Figure.Known {
			t.Errorf("a figure of rows that could not be traced: %s", f.Text)
		}
	}
}

// chained makes the lines a log again.
func chained(lines [][]byte) []byte {
	var out []byte
	prev := disk.Digest(nil)
	for i, line := range lines {
		line = relink(line, i, prev)
		out = append(append(out, line...), '\n')
		prev = disk.Digest(line)
	}
	return out
}

// relink gives a line of a log its place.
func relink(line []byte, seq int, prev string) []byte {
	var v map[string]json.RawMessage
	if err := json.Unmarshal(line, &v); err != nil {
		panic(err)
	}
	v["seq"], v["prev"] = fmt.Append(nil, seq), fmt.Appendf(nil, "%q", prev)
	out, err := disk.Canonical(v)
	if err != nil {
		panic(err)
	}
	return out
}

func replacing(old, with string) func([]byte) []byte {
	return func(data []byte) []byte {
		return chained(bytes.Split(bytes.TrimSpace(bytes.Replace(data, []byte(old), []byte(with), 1)), []byte("\n")))
	}
}

// dropLines leaves out the last lines.
func dropLines(n int) func([]byte) []byte {
	return func(data []byte) []byte {
		lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
		return chained(lines[:len(lines)-n])
	}
}

// dropEvent leaves out the first event of the kind.
func dropEvent(kind string) func([]byte) []byte {
	return func(data []byte) []byte {
		lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
		for i, line := range lines {
			if bytes.Contains(line, []byte(`"kind":"`+kind+`"`)) {
				return chained(append(lines[:i:i], lines[i+1:]...))
			}
		}
		return data
	}
}
