package pretrain

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

func firstRows(seed uint64, n int) []Row {
	rows := make([]Row, 0, n)
	for row := range Corpus("main", seed) {
		if rows = append(rows, row); len(rows) == n {
			break
		}
	}
	return rows
}

func TestCorpusIsAFunctionOfItsSeed(t *testing.T) {
	if !slices.Equal(firstRows(3, 500), firstRows(3, 500)) {
		t.Error("the same seed gave other rows")
	}
	if slices.Equal(firstRows(3, 500), firstRows(4, 500)) {
		t.Error("another seed gave the same rows")
	}
	if corpusDigest(3) == corpusDigest(4) {
		t.Error("another seed gave the same digest")
	}
}

// Whatever the suite can recognise in the corpus must be a known family's open
// instance: anything else would be a leak into the base.
func TestCorpusHoldsOnlyOpenProblemsOfKnownFamilies(t *testing.T) {
	found := map[results.Domain]map[string]int{}
	for _, row := range firstRows(5, 20_000) {
		for _, domain := range results.Domains() {
			i, ok := mini.Recognise(domain, row.User)
			if !ok {
				continue
			}
			if !slices.Contains(mini.Known(domain), i.Family.Name) {
				t.Fatalf("%s/%s is in the corpus: %q", domain, i.Family.Name, row.User)
			}
			if split := i.Family.SplitOf(i.Vars); split != mini.Open {
				t.Fatalf("%s/%s: an instance of the %s split is in the corpus: %q", domain, i.Family.Name, split, row.User)
			}
			if found[domain] == nil {
				found[domain] = map[string]int{}
			}
			found[domain][i.Family.Name]++
		}
	}
	for _, domain := range results.Domains() {
		if len(found[domain]) != 4 {
			t.Errorf("%s: known families in the corpus %v, want all four of %v", domain, found[domain], mini.Known(domain))
		}
	}
}

var equation = regexp.MustCompile(`(?:^|= )(-?[\d.]+) ([-+*/]) (-?[\d.]+) = (-?[\d.]+)$`)

// Every worked line that ends in "a op b = c" must be right as the suite
// computes.
func TestCorpusArithmeticIsRight(t *testing.T) {
	checked := 0
	for _, row := range firstRows(6, 20_000) {
		for line := range strings.Lines(row.Answer) {
			m := equation.FindStringSubmatch(strings.TrimSpace(line))
			if m == nil {
				continue
			}
			a, _ := mini.ParseDec(m[1])
			b, _ := mini.ParseDec(m[3])
			o, ok := apply(a, " "+m[2]+" ", b)
			if !ok || o.result.String() != m[4] {
				t.Fatalf("%q: %s %s %s is %s", row.Answer, m[1], m[2], m[3], o.result)
			}
			checked++
		}
	}
	if checked < 20_000 {
		t.Errorf("only %d equations checked", checked)
	}
}

// A token that never was an output cannot be learned by LoRA on frozen tied
// embeddings: every character of every answer must occur in answers.
func TestCorpusAnswersHoldEveryCharacterOfSolutions(t *testing.T) {
	seen := map[rune]bool{}
	for _, row := range firstRows(7, 20_000) {
		for _, c := range row.Answer {
			seen[c] = true
		}
	}
	g := newGen(8)
	for _, domain := range results.Domains() {
		for _, f := range mini.Families(domain) {
			for range 50 {
				for _, c := range g.open(f).Answer {
					if !seen[c] {
						t.Fatalf("%s/%s needs %q, which no answer of the corpus has", domain, f.Name, c)
					}
				}
			}
		}
	}
}
