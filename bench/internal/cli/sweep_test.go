package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/final"
)

var wholeSweep = flag.Bool("sweep", false, "ask every reading command after every damage, not one of them in turn, and print a table")

// readers are the commands that read outcomes. %s stands for a file to write.
var readers = []string{
	"leaderboard --format csv", "reindex", "status micro", "table --experiment micro 1", "figure --experiment micro --output %s gain",
	"figure --experiment micro --output %s 3", "compare --experiment micro alpha beta", "power --experiment micro --difference 10", "gate policy.yaml",
	"show micro/science/alpha/1", "resume", "score",
}

// answer is what a command came to.
type answer struct {
	code      int
	out, said string
}

// ask lets a command read the folder out. resume and score run in this process, with
// the micro experiment's parts, and say what the trials came to.
func ask(t *testing.T, out, command string) answer {
	t.Helper()
	if command == "resume" || command == "score" {
		s := micro(t, filepath.Join(out, "micro"))
		take := s.Run
		if command == "score" {
			take = func(ctx context.Context) ([]results.Outcome, error) { return s.Score(ctx, false) }
		}
		outcomes, err := take(t.Context())
		if len(outcomes) > 0 { // as before a board is printed
			_, left := putIndex(t.Context(), quiet(), s.Root, outcomes)
			if err = errors.Join(err, left); left != nil {
				outcomes = nil
			}
		}
		a := answer{code: codeOf(err), said: fmt.Sprint(err)}
		if err == nil {
			a.code = 0
		}
		for _, o := range outcomes {
			a.out += fmt.Sprintln(o.TrialID, o.Final(), o.Result().Gain())
		}
		return a
	}
	drawn := filepath.Join(t.TempDir(), "figure.svg")
	args := strings.Fields(strings.ReplaceAll(command, "%s", drawn))
	var a answer
	a.code, a.out, a.said = in(t, out, append([]string{args[0], "--out", "."}, args[1:]...)...)
	if figure, err := os.ReadFile(drawn); err == nil {
		a.out = string(figure)
	}
	return a
}

// silent says what is wrong with an answer that differs from the one before the damage:
// the damage is not named, or a row has another gain than before.
func (a answer) silent(before answer, command string, named ...string) string {
	switch {
	case a.code == before.code && a.out == before.out:
		return ""
	case a.code == before.code && command == "reindex": // it only counts
	case !slices.ContainsFunc(named, func(name string) bool { return strings.Contains(a.said, name) }):
		return fmt.Sprintf("exit code %d, and nothing of %s: %s", a.code, named, a.said)
	}
	was := map[string]bool{"": true}
	for _, line := range figuresOf(before.out, command) {
		was[line] = true
	}
	for _, line := range figuresOf(a.out, command) {
		if !was[line] {
			return fmt.Sprintf("figures that there were not before: %s", line)
		}
	}
	return ""
}

// figuresOf lists the rows with their gains, or the trials with their scores.
func figuresOf(out, command string) (list []string) {
	switch {
	case command == "resume" || command == "score":
		return strings.Split(out, "\n")
	case !strings.HasPrefix(command, "leaderboard"):
		return nil // made of the same rows
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil
	}
	at := func(row []string, column string) string { return row[slices.Index(rows[0], column)] }
	for _, row := range rows[1:] {
		if gain := at(row, "gain"); gain != "" {
			list = append(list, fmt.Sprint(at(row, "experiment"), at(row, "agent"), gain, at(row, "points")))
		}
	}
	return list
}

// swept is a finished micro experiment with all kinds of file: private scores of all
// attempts, and a given submission.
func swept(t *testing.T) string {
	t.Helper()
	out := finishedMicro(t)
	s := micro(t, filepath.Join(out, "micro"))
	if _, err := s.Score(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	rows := make([]results.Row, 10)
	for i := range rows {
		rows[i] = results.Row{Instruction: fmt.Sprint("question ", i), Output: "answer"}
	}
	protocol, err := s.File.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	given, err := s.Evaluate(t.Context(), final.Given{Name: "by-hand", Suite: "mini", Protocol: protocol, Seed: 1}, results.Science, rows)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := putIndex(t.Context(), quiet(), s.Root, given); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "policy.yaml"), []byte("rules:\n  - {row: alpha, metric: points, margin: -90}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return out
}

// harm is one damage, and the words of which a command must say one.
type harm struct {
	what, how string
	do        func(t *testing.T, out string)
	named     []string
}

// harms are each kind of file with each damage, and the forgeries.
func harms(t *testing.T, whole string) (list []harm) {
	t.Helper()
	kinds := map[string]string{} // a file of each
	err := filepath.WalkDir(whole, func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(whole, path)
		if err == nil && !entry.IsDir() && name != "policy.yaml" && !strings.Contains(name, "beta") && !strings.Contains(name, "run-2") {
			kinds[kindOf(name)] = name
		}
		return err
	})
	if err != nil || len(kinds) < 30 {
		t.Fatalf("%d kinds of file, %v", len(kinds), err)
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for _, damage := range slices.Sorted(maps.Keys(damages)) {
			name := kinds[kind]
			list = append(list, harm{kind, damage, func(t *testing.T, out string) { damages[damage](t, out, name) }, []string{filepath.Base(name), "by-hand", "alpha/run-1", "alpha run 1", "science/alpha/1"}})
		}
	}
	for _, f := range forgeries {
		list = append(list, harm{"forged", f.name, func(t *testing.T, out string) { f.do(t, filepath.Join(out, "micro")) }, []string{f.said, "alpha/run-1", "alpha run 1", "science/alpha/1"}})
	}
	return list
}

// TestDamageIsNamed damages each kind of file of a finished experiment in every way, and
// asks the commands that read outcomes. What a command says afterwards is what it said
// before, or it names the damage and shows no other figure. With -sweep, and -v, it asks
// each command after each damage and prints a table.
func TestDamageIsNamed(t *testing.T) {
	whole := swept(t)
	before := map[string]answer{}
	for _, command := range readers {
		before[command] = ask(t, copyTree(t, whole), command)
		if code := before[command].code; code != 0 && code != exitInconclusive {
			t.Fatalf("%s: exit code %d: %s", command, code, before[command].said)
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	if *wholeSweep {
		fmt.Fprintln(w, "| file\t| damage\t| commands that say the same\t| that name it\t| exit codes\t| silent or other figures")
	}
	for i, h := range harms(t, whole) {
		t.Run(h.what+" "+h.how, func(t *testing.T) {
			commands := readers
			if !*wholeSweep {
				commands = readers[i%len(readers):][:1]
			}
			var same, silent int
			codes := map[int]int{}
			out := ""
			for n, command := range commands {
				if n < 2 { // the index is older than the damage for the board, and newer for all after reindex
					out = copyTree(t, whole)
					h.do(t, out)
				}
				a := ask(t, out, command)
				codes[a.code]++
				if a.code == before[command].code && a.out == before[command].out {
					same++
				} else if wrong := a.silent(before[command], command, h.named...); wrong != "" {
					silent++
					t.Errorf("%s: %s", command, wrong)
				}
			}
			if *wholeSweep {
				fmt.Fprintf(w, "| %s\t| %s\t| %d\t| %d\t| %v\t| %d\n", h.what, h.how, same, len(commands)-same-silent, codes, silent)
			}
		})
	}
	w.Flush()
}
