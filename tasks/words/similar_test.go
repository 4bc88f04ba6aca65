package words

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestMasked(t *testing.T) {
	for text, want := range map[string]string{
		"A train goes 1,200.5 km in 2h!":  "a train goes # km in # h",
		"What  is\n$x_1$, for 3/4 of it?": "what is x # for # # of it",
		"":                                "", "Öl für 5 €": "öl für #",
	} {
		if got := Masked(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPairs(t *testing.T) {
	long := "The vessel holds nitrogen at a pressure of two atmospheres and is heated slowly from %d to %d kelvin. "
	texts := []string{
		fmt.Sprintf(long, 300, 400) + "What is the final pressure?",
		"Name the largest lake of the country that has the most of them.",
		fmt.Sprintf(long, 280, 500) + "What is the final pressure?",
		fmt.Sprintf(long, 300, 400) + "What is the final volume?",
		"What is the capital of France?", "What is the capital of Spain?",
	}
	got := Pairs(texts)
	want := []Pair{{0, 2, 1}, {0, 3, got[min(1, len(got)-1)].Likeness}}
	if !slices.Equal(got, want) || got[1].Likeness < Near || got[1].Likeness >= 1 {
		t.Errorf("pairs %v", got)
	}
	if groups := Groups(len(texts), got); !slices.Equal(groups, []int{0, 1, 0, 0, 4, 5}) {
		t.Errorf("groups %v", groups)
	}
}

// Texts about one table, behind a preamble that all have.
func TestSharedBeginnings(t *testing.T) {
	table := strings.Repeat("year %[1]d sales %[1]d ; ", 6)
	var texts []string
	for i := range 6 {
		texts = append(texts, "Answer in short steps and with one number. "+fmt.Sprintf(table, i/2)+fmt.Sprintf("Question %d?", i))
	}
	groups := Groups(6, SharedBeginnings(texts))
	if !slices.Equal(groups, []int{0, 0, 2, 2, 4, 4}) {
		t.Errorf("groups %v", groups)
	}
	if pairs := SharedBeginnings([]string{"What is it?", "What is that?"}); pairs != nil {
		t.Errorf("short questions: %v", pairs)
	}
	if SharedBeginnings(nil) != nil || SharedBeginnings([]string{"a"}) != nil {
		t.Error("fewer than two texts have pairs")
	}
}

// TestOrder: the groups are the same sets in whatever order the texts come.
func TestOrder(t *testing.T) {
	var texts []string
	for i := range 60 {
		texts = append(texts, fmt.Sprintf("A body of %d kg falls from a tower of %d metres in the town %c, with drag. How long does it fall?", i, i*7%13, 'a'+i%20))
	}
	sets := func(order []int) []string {
		moved := make([]string, len(texts))
		for to, from := range order {
			moved[to] = texts[from]
		}
		members := map[int][]string{}
		for i, g := range Groups(len(moved), Pairs(moved)) {
			members[g] = append(members[g], moved[i])
		}
		var list []string
		for _, m := range members {
			slices.Sort(m)
			list = append(list, strings.Join(m, "|"))
		}
		slices.Sort(list)
		return list
	}
	want := sets(rand.New(rand.NewPCG(1, 1)).Perm(len(texts)))
	for seed := range uint64(5) {
		if got := sets(rand.New(rand.NewPCG(seed, 2)).Perm(len(texts))); !slices.Equal(got, want) {
			t.Errorf("%d groups, then %d", len(want), len(got))
		}
	}
}
