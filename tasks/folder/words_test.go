package folder

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/tasks"
)

// Questions that others begin with are no leak: whichever become examples, the
// description shows none of the private ones.
func TestPairsThatBeginAlike(t *testing.T) {
	var pairs []Pair
	for i := range 40 {
		number := strings.Repeat("3", i%4+1) + fmt.Sprint(i/4)
		item := tasks.Item{ID: fmt.Sprintf("q-%04d", i), Question: "Calculate the sum of 12 and " + number, Answer: "1"}
		pairs = append(pairs, Pair{item, i + 2}, Pair{tasks.Item{ID: item.ID + "x", Question: item.Question + ".5", Answer: "1"}, i + 2})
	}
	similar := 0
	for seed := range uint64(20) {
		c, private := FromPairs(Config{Domain: "sums"}, pairs, func(keys [][]string, shares []int) []int {
			parts := make([]int, len(keys))
			for i, at := range rand.New(rand.NewPCG(seed, 0)).Perm(len(keys)) {
				parts[at] = min(2, i/shares[0])
			}
			return parts
		})
		for _, item := range private {
			if strings.Contains(Normal(c.Description), Normal(item.Question)) {
				similar++
			}
		}
		if findings := c.Hides(private); len(findings) > 0 {
			t.Errorf("seed %d: %q", seed, findings)
		}
		c.Description += "\n" + private[0].Question + "\n"
		if findings := c.Hides(private); len(findings) != 1 || findings[0].String() != "private item "+private[0].ID+": the private question is also in description.md" {
			t.Errorf("seed %d: a question in the description: %q", seed, findings)
		}
	}
	if similar == 0 {
		t.Error("no private question begins one that is shown: nothing was tried")
	}
}
