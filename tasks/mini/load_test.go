package mini

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func load(t *testing.T, d results.Domain) tasks.Task {
	t.Helper()
	task, err := Load(d)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// TestLoadGolden holds the tasks still: a changed digest means that results of
// before and after do not compare.
func TestLoadGolden(t *testing.T) {
	var b strings.Builder
	for _, d := range results.Domains() {
		task := load(t, d)
		if again := load(t, d); again.Digest != task.Digest {
			t.Errorf("%s: another digest the second time", d)
		}
		b.WriteString(string(d) + " " + task.Digest + "\n")
		b.WriteString(task.Public[0].Question + "\n" + task.Public[0].Answer + "\n" + task.Seed[0] + "\n\n")
	}
	golden := filepath.Join("testdata", "load.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the suite changed (-golden +now):\n%s", diff)
	}
}

func TestLoad(t *testing.T) {
	for _, d := range results.Domains() {
		task := load(t, d)
		if task.Name != string(d) || task.Suite != Suite || len(task.Public) != 100 || len(task.Seed) != 400 || len(task.Digest) != 64 {
			t.Errorf("%s: %s/%s with %d public items, %d in the pool, digest %q",
				d, task.Suite, task.Name, len(task.Public), len(task.Seed), task.Digest)
		}
		texts := map[string]bool{}
		split := map[string]Split{}
		note := func(text string, s Split) {
			if texts[text] {
				t.Errorf("%s: %q twice", d, text)
			}
			texts[text] = true
			i, ok := Recognise(d, text)
			if !ok || i.Family.SplitOf(i.Vars) != s {
				t.Errorf("%s: %q is not recognised as %s", d, text, s)
				return
			}
			key := i.Family.Key(i.Vars)
			if other, seen := split[key]; seen {
				t.Errorf("%s: %s in %s and in %s", d, key, other, s)
			}
			split[key] = s
		}
		perFamily := map[string]int{}
		for _, item := range task.Public {
			note(item.Question, Public)
			i, _ := Recognise(d, item.Question)
			perFamily[i.Family.Name]++
			if s, ok := i.Family.Solve(i.Vars); !ok || s.Answer != item.Answer || item.Fields != nil {
				t.Errorf("%+v: want answer %q and no fields", item, s.Answer)
			}
			if !regexp.MustCompile(`^` + string(d) + `-public-\d{3}$`).MatchString(item.ID) {
				t.Errorf("id %q", item.ID)
			}
		}
		for _, f := range Families(d) {
			if perFamily[f.Name] != f.Weight {
				t.Errorf("%s: %d public items of %s, want %d", d, perFamily[f.Name], f.Name, f.Weight)
			}
		}
		for _, q := range task.Seed {
			note(q, Pool)
		}
		for _, s := range task.Brief.FewShot {
			note(s.Question, Open)
		}
		for _, row := range task.Brief.Sample {
			note(row.Prompt(), Open)
		}
	}
}

func TestLoadRefusesUnknownDomains(t *testing.T) {
	_, err := Load("law")
	if e := new(results.Error); !errors.As(err, &e) || e.Kind != results.BadInput {
		t.Errorf("got %v, want bad input", err)
	}
}

func TestBrief(t *testing.T) {
	for _, d := range results.Domains() {
		b := load(t, d).Brief
		if b.Domain != d || b.Title == "" || len(b.FewShot) != 3 || len(b.Sample) != 3 || b.PublicItems != 100 || b.PrivateItems != 300 || b.SeedItems != 400 {
			t.Errorf("%s: %+v", d, b)
		}
		if want := (results.Sampling{Temperature: 0.7, TopP: 1, MaxTokens: 128, Seed: 1}); b.Sampling != want {
			t.Errorf("%s: sampling %+v, want %+v", d, b.Sampling, want)
		}
		about, _, _ := strings.Cut(b.Description, "Examples of questions")
		for _, f := range Families(d) {
			if !strings.Contains(about, "**"+f.Area+"**") {
				t.Errorf("%s: the description does not name %s", d, f.Area)
			}
			if slices.Contains(FindTopic(d, about), f) && strings.Contains(plainWords(about), plainWords(f.Topic)) {
				t.Errorf("%s: the description gives the family %s away", d, f.Topic)
			}
		}
		if strings.Count(b.Description, "```text\n") != 3 {
			t.Errorf("%s: want three examples in\n%s", d, b.Description)
		}
		responses := []string{}
		for _, s := range b.FewShot {
			responses = append(responses, s.Question, s.Solution)
		}
		for _, row := range b.Sample {
			responses = append(responses, row.Prompt(), row.Output)
		}
		for n := 0; n < len(responses); n += 2 {
			i, _ := Recognise(d, responses[n])
			s, _ := i.Family.Solve(i.Vars)
			v := Evaluator(d).Judge(responses[n+1], tasks.Item{Question: responses[n], Answer: s.Answer})
			if !v.Correct {
				t.Errorf("%s: %q: %s", d, responses[n+1], v.Reason)
			}
		}
	}
}

// TestRuleExamples judges the closing line that each evaluation rule shows.
func TestRuleExamples(t *testing.T) {
	for d, item := range map[results.Domain]tasks.Item{
		results.Science: {Answer: "36"},
		results.Code:    {Question: "assert f([3, 1, 2]) == # TODO", Answer: "[1, 2, 3]"},
		results.Finance: {Answer: "36"},
	} {
		rule := load(t, d).Brief.EvaluationRule
		line := strings.TrimSpace(rule[strings.LastIndex(rule, "\n"):])
		if v := Evaluator(d).Judge(line, item); !v.Correct {
			t.Errorf("%s: %q: %s", d, line, v.Reason)
		}
	}
}
