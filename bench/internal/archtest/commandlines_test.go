package archtest

import (
	"bytes"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/bench/internal/cli"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// typed is a command that a page tells its reader to type: a line of a block of code,
// or code within a sentence.
var typed = regexp.MustCompile("(?m)(?:^|`)(?:\\./)?autodatabench ([a-z][^#`\n]*)")

// TestPagesCommands checks that each command that a page names exists with its flags.
func TestPagesCommands(t *testing.T) {
	for _, p := range pages(t) {
		if strings.HasPrefix(p.path, "bench/doc/changelog") || strings.HasPrefix(p.path, "bench/doc/notes/") { // of their time
			continue
		}
		for _, m := range typed.FindAllStringSubmatch(string(p.source), -1) {
			understood(t, p.path, m[1])
		}
	}
}

// understood reports an error unless the program takes the command line.
func understood(t *testing.T, page, line string) {
	t.Helper()
	words := strings.Fields(line)
	n := 1
	if withSubcommands[words[0]] && len(words) > 1 {
		n = 2
	}
	// With --help the program reads all flags and does nothing; an argument is then
	// taken for the name of a topic.
	args := append([]string{"autodatabench"}, words[:n]...)
	args = append(append(args, "--help"), words[n:]...)
	var stdout, stderr bytes.Buffer
	code := cli.Run(t.Context(), cli.Env{Args: args, World: setup.World{Stdout: &stdout, Stderr: &stderr}})
	if code != 0 && !strings.Contains(stderr.String(), "No help topic for") {
		t.Errorf("%s: %s: exit code %d: %s", page, strings.TrimSpace(line), code, stderr.String())
	}
}

// trialOfDemo is a trial of the demo in a page or a text of the program.
var trialOfDemo = regexp.MustCompile(`\bdemo/(?:trials/)?((?:science|code|finance)[a-z0-9/-]*)`)

// TestTrialsOfTheDemo checks that the trials of the demo that pages and help name are
// one trial each, so that a reader can type them.
func TestTrialsOfTheDemo(t *testing.T) {
	f, err := experiment.Read(root + "/bench/experiments/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"the program": literals(t)}
	for _, p := range pages(t) {
		if !strings.HasPrefix(p.path, "bench/doc/changelog") && !strings.HasPrefix(p.path, "bench/doc/notes/") {
			texts[p.path] = string(p.source)
		}
	}
	seen := 0
	for where, text := range texts {
		for _, m := range trialOfDemo.FindAllStringSubmatch(text, -1) {
			seen++
			if ids, err := f.Matching(m[1]); err != nil || len(ids) != 1 {
				t.Errorf("%s: %s names %d trials of the demo: %v", where, m[0], len(ids), err)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d trials are named", seen)
	}
}

// message is the first cell of a row in a table of messages.
var message = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")

// TestTroubleshootingNamesRealMessages checks that the messages that troubleshooting.md
// explains are in the program, word for word.
func TestTroubleshootingNamesRealMessages(t *testing.T) {
	said := literals(t)
	byHand, _, _ := strings.Cut(read(t, troubleshooting), "<!-- messages -->") // the others are made from the source
	rows := message.FindAllStringSubmatch(byHand, -1)
	if len(rows) < 20 {
		t.Fatalf("only %d messages", len(rows))
	}
	for _, m := range rows {
		for _, part := range strings.Split(m[1], "…") {
			if part = strings.TrimSpace(part); len(part) >= 3 && !strings.Contains(said, part) {
				t.Errorf("no text of the program has %q", part)
			}
		}
	}
}

// literals are the texts in the program's source without tests, a line each.
func literals(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					all.WriteString(text + "\n")
				}
			}
			return true
		})
	}
	return all.String()
}
