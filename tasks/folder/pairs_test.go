package folder

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
)

// table is a CSV of n questions with the answers in turn.
func csvOf(n int, answers ...string) string {
	var text strings.Builder
	text.WriteString("question,answer\n")
	for i := range n {
		fmt.Fprintf(&text, "\"What is number %d, please?\",%s\n", i, answers[i%len(answers)])
	}
	return text.String()
}

func TestGuess(t *testing.T) {
	for _, tt := range []struct {
		want    string
		answers []string
	}{
		{"{numeric 0 0 false false []}", []string{"1", "-2", `"3,000"`}},
		{"{numeric 0 0.01 false false []}", []string{"1", "2.5"}},
		{"{choice 0 0 false false [A B C]}", []string{"A", "C", "B"}},
		{"{contains 0 0 false true []}", []string{"Paris", "Rome", "Oslo", "Bonn", "Bern", "Kyiv"}},
		{"{contains 0 0 false true []}", []string{"5 km", "6 km", "7 km", "8 km", "9 km", "10 km"}},
		{"{exact 0 0 false true []}", []string{"a text of more than five words", "Rome", "Oslo", "Bonn", "Bern", "Kyiv"}},
		{"{numeric 0 0.01 false false []}", []string{`"$1,003"`, "(4.5)", "5%", "5/6", "-2"}},
	} {
		pairs, findings := parsePairs("p.csv", csvOf(20, tt.answers...), Columns{})
		if len(findings) > 0 || len(pairs) != 20 {
			t.Fatalf("%d pairs, %q", len(pairs), findings)
		}
		s := Guess(pairs).Evaluator
		if got := fmt.Sprint(s); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.answers, got, tt.want)
		}
		e, err := evaluators.Open(s)
		if err != nil || len(CheckPairs("p.csv", pairs, e)) > 0 {
			t.Errorf("%q: the evaluator refuses its own pairs, %v", tt.answers, err)
		}
	}
}

func TestFromPairs(t *testing.T) {
	pairs, _ := parsePairs("p.csv", csvOf(40, "1", "2"), Columns{})
	c, private := FromPairs(Config{Domain: "numbers"}, pairs, func(keys [][]string, shares []int) []int {
		if !slices.Equal(shares, []int{2, 10, 28}) {
			t.Errorf("40 pairs are parted as %v", shares)
		}
		parts := make([]int, len(keys))
		for i := range parts {
			parts[i] = min(2, i/2)
		}
		return parts
	})
	if len(c.FewShot) != 2 || len(c.Sample) != 2 || len(c.Public) != 2 || len(private) != 36 || c.Config.Sizes.Private != 36 {
		t.Errorf("%d shots, %d rows, %d public, %d private", len(c.FewShot), len(c.Sample), len(c.Public), len(private))
	}
	if !strings.Contains(c.Description, "What is number 0, please?") || strings.Contains(c.Description, "number 9") {
		t.Errorf("description %q", c.Description)
	}
}

func TestPairFaults(t *testing.T) {
	good := csvOf(8, "1")
	for want, text := range map[string]string{
		"p.csv:1: the first line must be: question,answer":  "q,a\n1,2\n",
		"p.csv:10: wrong number of fields":                  good + "alone\n",
		`p.csv:10: field "answer" is empty`:                 good + "\"A question, please?\",\n",
		"p.csv:10: the question is also in line 2":          good + "\"what is number 0,  please?\",5\n",
		`p.csv:2: extraneous or missing " in quoted-field`:  "question,answer\n\"a,1\n",
		"p.csv: it holds 7 pairs; a task needs 8":           csvOf(7, "1"),
		"p.csv: it holds 0 pairs":                           "",
		"p.csv:100002: too many faults or more than 100000": csvOf(maxItems+1, "1"),
	} {
		if _, findings := parsePairs("p.csv", text, Columns{}); len(findings) == 0 || !strings.Contains(findings[0].String(), want) {
			t.Errorf("want %q, got %q", want, findings)
		}
	}
}

// Spreadsheets write lines of separators below a table.
func TestBlankLines(t *testing.T) {
	if pairs, findings := parsePairs("p.csv", csvOf(8, "1")+",\n,,\n\"\", \n", Columns{}); len(pairs) != 8 || len(findings) > 0 {
		t.Errorf("%d pairs, %v", len(pairs), findings)
	}
}

func TestStarter(t *testing.T) {
	if pairs := Starter(); len(pairs) < leastPairs || Guess(pairs).Evaluator.Kind != "numeric" {
		t.Errorf("%d pairs", len(pairs))
	}
}

// FuzzPairs holds that every pair has a question, an answer and a line of its own.
func FuzzPairs(f *testing.F) {
	f.Add(csvOf(9, "1", "\"a\nb\""))
	f.Add("question,answer\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		pairs, _ := parsePairs("p.csv", text, Columns{})
		last := 1
		for _, p := range pairs {
			if p.Line <= last || p.Value.Question == "" || p.Value.Answer == "" {
				t.Fatalf("pair %+v after line %d", p, last)
			}
			last = p.Line
		}
	})
}

// TestGroup: pairs with one context or group, and those that look similar, have one
// group; one kind of question for all is none.
func TestGroup(t *testing.T) {
	text := "question,answer,context,group\n"
	for i := range 12 {
		text += fmt.Sprintf("What was sold in quarter %d?,%d,The shop of %s,\n", i%3, i, []string{"Bonn sells bicycles", "Kiel bakes bread", "Ulm prints maps", "Trier grows wine"}[i/3])
	}
	text += "Name a river of the Alps.,Inn,,rivers\nName the longest one of Asia.,Yangtze,,rivers\nWho painted the ceiling of the chapel?,Michelangelo,,\n"
	text += "A jug of 5 litres costs 3 euros and is full of milk today.,1,,\nA jug of 7 litres costs 4 euros and is full of milk today.,2,,\n"
	pairs, findings := parsePairs("p.csv", text, Columns{})
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	grouped, g := Group(pairs, true)
	if g != (Grouping{Groups: 6, Grouped: 16}) {
		t.Errorf("%+v", g)
	}
	var groups []string
	for _, p := range grouped {
		groups = append(groups, strings.TrimPrefix(p.Value.Fields[GroupField], "group of q-00"))
		if p.Value.Fields[contextField] != "" {
			t.Errorf("an item keeps its context as a field: %+v", p)
		}
	}
	if got := strings.Join(groups, " "); got != "01 01 01 04 04 04 07 07 07 10 10 10 13 13  16 16" {
		t.Errorf("groups %s", got)
	}
	if !strings.HasPrefix(grouped[0].Value.Question, "The shop of Bonn sells bicycles\n\nWhat was sold") {
		t.Errorf("question %q", grouped[0].Value.Question)
	}
	if _, g := Group(pairs, false); g != (Grouping{Groups: 5, Grouped: 14}) {
		t.Errorf("without likeness %+v", g)
	}
	same, _ := parsePairs("p.csv", csvOf(40, "1"), Columns{})
	if _, g := Group(same, true); g != (Grouping{Similar: 40}) {
		t.Errorf("one kind of question: %+v", g)
	}
}

// TestSimilar: questions that are nearly the same in two sets are named, each once.
func TestSimilar(t *testing.T) {
	place := func(id, question string, line int) Placed[tasks.Item] {
		return Placed[tasks.Item]{Value: tasks.Item{ID: id, Question: question}, Line: line}
	}
	f := &Folder{Dir: "d", Public: []Placed[tasks.Item]{place("a", "A train goes 10 km in 2 h. How fast is it?", 1)},
		Seed: []Placed[string]{{Value: "Who wrote the longest letter of all that are kept in Rome?", Line: 2}}}
	got := f.Similar("private.jsonl", []Placed[tasks.Item]{
		place("b", "A train goes 12 km in 3 h. How fast is it?", 1), place("c", "Who wrote the longest letter of all that are kept in Bonn?", 2), place("d", "Why?", 3),
	})
	if len(got) != 2 || got[0] != (Similar{"private.jsonl:1", "d/public.jsonl:1", "private and public", 1}) || got[1].Sets != "private and seed" || got[1].Likeness >= 1 {
		t.Errorf("%+v", got)
	}
}
