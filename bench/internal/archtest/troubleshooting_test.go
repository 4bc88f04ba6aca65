package archtest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the messages of bench/doc/troubleshooting.md")

const troubleshooting = "bench/doc/troubleshooting.md"

// messageGroups are the headings of the page's messages, with the folders that say them.
var messageGroups = []struct {
	title   string
	folders []string
}{
	{"Files that you write", []string{"results/config", "runner/experiment", "bench/internal/setup"}},
	{"Agents, teachers and replays", []string{"agents/...", "runner/command", "runner/gateway", "runner/teacher", "runner/server", "runner/replay"}},
	{"Sandbox and processes", []string{"runner/sandbox/..."}},
	{"Students, GPUs and Slurm", []string{"runner/student/...", "runner/launch/..."}},
	{"Tasks", []string{"tasks/..."}},
	{"Folders and records", []string{"results/...", "runner", "runner/final", "bench/internal/recorded", "report/trial"}},
	{"Rankings and figures", []string{"report", "report/figure"}},
	{"Commands", []string{"bench/internal/cli", "bench/internal/receipt", "bench/internal/submissions", "bench/internal/spans"}},
}

// messageTables are the tables of all messages with a hint, under their headings.
func messageTables(t *testing.T, all []hinted) string {
	t.Helper()
	var b strings.Builder
	taken := map[hinted]bool{}
	for _, g := range messageGroups {
		fmt.Fprintf(&b, "### %s\n\n| message | what to do |\n|---|---|\n", g.title)
		var rows []string
		for _, h := range all {
			if where := (&source{path: h.folder + "/a.go"}); taken[h] || !where.in(g.folders...) {
				continue
			}
			taken[h] = true
			if spoken(h.message) || spoken(h.hint) { // else both are another's words
				rows = append(rows, messageRow(h))
			}
		}
		slices.Sort(rows)
		for _, r := range slices.Compact(rows) {
			b.WriteString(r + "\n")
		}
		b.WriteString("\n")
	}
	for _, h := range all {
		if !taken[h] {
			t.Errorf("%s: a message of %s has no heading in messageGroups", h.at, h.folder)
		}
	}
	return b.String()
}

// messageRow is the message by its words; one that has none, since it hands on what
// another program said, is found by its hint.
func messageRow(h hinted) string {
	hint := h.hint
	if !spoken(hint) {
		hint = "as the hint says, which depends on the case"
	}
	if !spoken(h.message) {
		return fmt.Sprintf("| `hint: %s` | do so; the line before says what failed |", cell(hint))
	}
	return fmt.Sprintf("| `%s` | %s |", cell(h.message), strings.ReplaceAll(cell(hint), "<", "&lt;"))
}

func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "|", "\\|"), "`", "'")
}

// spoken reports whether the text has words of its own.
func spoken(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 3
}

// TestEveryMessageIsExplained compares the page with the messages in the program's
// source: each that has a hint is there, by its words.
func TestEveryMessageIsExplained(t *testing.T) {
	all := hintedMessages(sources(t))
	if len(all) < 150 {
		t.Fatalf("only %d messages with a hint", len(all))
	}
	page := read(t, troubleshooting)
	begin, end := "<!-- messages -->\n", "<!-- end of messages -->"
	block := regexp.MustCompile("(?s)" + begin + ".*?" + end)
	if !block.MatchString(page) {
		t.Fatalf("%s has no place for messages", troubleshooting)
	}
	want := block.ReplaceAllLiteralString(page, begin+"\n"+messageTables(t, all)+end)
	if *update {
		if err := os.WriteFile(filepath.Join(root, troubleshooting), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(page, want); diff != "" {
		t.Errorf("%s lacks messages of the program, or has others; rewrite them with -update (-page +program):\n%s", troubleshooting, diff)
	}
}

// TestHintsAreFound plants messages in all forms.
func TestHintsAreFound(t *testing.T) {
	s, err := parse("runner/a.go", []byte(`package runner

func f() error {
	_ = results.Bad(fmt.Errorf("%s: no %q in %5.1f %% of "+"it", a, "agent", c), "take "+name+" away")
	_ = results.Infra(errors.New("the server is down"), fmt.Sprintf("start %s", x))
	_ = &results.Error{Kind: results.Verification, Err: fmt.Errorf("%s: changed: %w", a, errors.New("cut")), Hint: "put it back"}
	_ = results.Bad(err, "look at it")
	_ = results.Bad(err)
	hint := "wait"
	if late {
		hint = "go on"
	}
	_ = results.Infra(fmt.Errorf("not now: %w", err), hint)
	return results.Error{Err: err}
}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range s.hints() {
		got = append(got, messageRow(h))
	}
	want := []string{
		"| `…: no agent in … % of it` | take … away |",
		"| `the server is down` | start … |",
		"| `…: changed: cut` | put it back |",
		"| `hint: look at it` | do so; the line before says what failed |",
		"| `not now: …` | wait |",
		"| `not now: …` | go on |",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +found:\n%s", diff)
	}
}
