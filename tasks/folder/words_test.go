package folder

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/tasks"
)

func TestHoldsWords(t *testing.T) {
	for _, tt := range []struct {
		text, words string
		want        bool
	}{
		{"add up 12 and 34", "add up 12 and 3", false},
		{"add up 12 and 3.5", "add up 12 and 3", false},
		{"add up 12 and 3,500", "add up 12 and 3", false},
		{"take 1.5 of it", "5 of it", false},
		{"add up 12 and 3.", "add up 12 and 3", true},
		{"add up 12 and 3, then stop", "add up 12 and 3", true},
		{"add up 12 and 34, or add up 12 and 3", "add up 12 and 3", true},
		{"add up 12 and 3", "add up 12 and 3", true},
		{"so long is the oder", "long is the oder", true},
		{"oblong is the oder", "long is the oder", false},
		{"long is the odersee", "long is the oder", false},
		{"long is the oder?", "long is the oder", true},
		{"länge der öder", "der öde", false},
		{"例如中国的首都是哪里呢", "中国的首都是哪里", true},
		{"anything", "", false},
	} {
		if got := holdsWords(tt.text, tt.words); got != tt.want {
			t.Errorf("%q in %q: %v, want %v", tt.words, tt.text, got, tt.want)
		}
	}
}

// FuzzHoldsWords holds that words are found only where they stand, and always
// between spaces.
func FuzzHoldsWords(f *testing.F) {
	f.Add("12 and 34", "12 and 3")
	f.Add("\xff.1", ".")
	f.Fuzz(func(t *testing.T, text, words string) {
		if holdsWords(text, words) && !strings.Contains(text, words) {
			t.Fatalf("%q is found in %q", words, text)
		}
		if words != "" && !holdsWords(text+" "+words+" "+text, words) {
			t.Fatalf("%q is not found between two of %q", words, text)
		}
	})
}

// Questions that others begin with are no leak: whichever become examples, the
// description shows none of the private ones.
func TestPairsThatBeginAlike(t *testing.T) {
	var pairs []Pair
	for i := range 40 {
		number := strings.Repeat("3", i%4+1) + fmt.Sprint(i/4)
		item := tasks.Item{ID: fmt.Sprintf("q-%04d", i), Question: "Calculate the sum of 12 and " + number, Answer: "1"}
		pairs = append(pairs, Pair{item, i + 2}, Pair{tasks.Item{ID: item.ID + "x", Question: item.Question + ".5", Answer: "1"}, i + 2})
	}
	alike := 0
	for seed := range uint64(20) {
		c, private := FromPairs(Config{Domain: "sums"}, pairs, func(keys []string, shares []int) []int {
			parts := make([]int, len(keys))
			for i, at := range rand.New(rand.NewPCG(seed, 0)).Perm(len(keys)) {
				parts[at] = min(2, i/shares[0])
			}
			return parts
		})
		for _, item := range private {
			if strings.Contains(Normal(c.Description), Normal(item.Question)) {
				alike++
			}
		}
		if findings := c.Hides(private); len(findings) > 0 {
			t.Errorf("seed %d: %q", seed, findings)
		}
		c.Description += "\n" + private[0].Question + "\n"
		if findings := c.Hides(private); len(findings) != 1 || findings[0].String() != "private item "+private[0].ID+": the private question stands in description.md too" {
			t.Errorf("seed %d: a question in the description: %q", seed, findings)
		}
	}
	if alike == 0 {
		t.Error("no private question begins one that is shown: nothing was tried")
	}
}
