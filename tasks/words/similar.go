package words

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// run is how many words a shingle has.
const run = 5

// Near is the likeness from which two texts are nearly the same: the share of
// shingles that both have among those that either has.
const Near = 0.6

// mostCommon is in how many texts a shingle may stand to be looked at. What more
// texts share is a manner of speaking.
const mostCommon = 200

// numeral is a number in a text.
var numeral = regexp.MustCompile(`\d+(?:[.,]\d+)*`)

// Masked is a text in lower case, a # for every number, its words between single
// spaces, without marks.
func Masked(text string) string {
	text = numeral.ReplaceAllString(strings.ToLower(text), " # ")
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r != '#' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}), " ")
}

// shingles are the different runs of words of a masked text; a shorter text is one.
func shingles(masked string) []string {
	list := strings.Fields(masked)
	if len(list) <= run {
		return []string{masked}
	}
	runs := make([]string, 0, len(list)-run+1)
	for i := range len(list) - run + 1 {
		runs = append(runs, strings.Join(list[i:i+run], " "))
	}
	slices.Sort(runs)
	return slices.Compact(runs)
}

// Pair are two texts that are nearly the same, by their index.
type Pair struct {
	A, B     int     // A < B
	Likeness float64 // from Near to 1
}

// Pairs lists the texts that are nearly the same, numbers aside. Texts that are equal
// but for numbers are paired with the first of their kind only.
func Pairs(texts []string) []Pair {
	firsts, kinds := map[string]int{}, []int{}
	var pairs []Pair
	masked := make([]string, len(texts))
	for i, text := range texts {
		masked[i] = Masked(text)
		if first, ok := firsts[masked[i]]; ok {
			pairs = append(pairs, Pair{first, i, 1})
			continue
		}
		firsts[masked[i]] = i
		kinds = append(kinds, i)
	}
	pairs = append(pairs, likenesses(masked, kinds)...)
	slices.SortFunc(pairs, func(a, b Pair) int { return cmp.Or(a.A-b.A, a.B-b.B) })
	return pairs
}

// likenesses pairs different texts by the shingles that they share.
func likenesses(masked []string, kinds []int) (pairs []Pair) {
	holders, counts := map[string][]int{}, map[int]int{}
	for _, i := range kinds {
		list := shingles(masked[i])
		counts[i] = len(list)
		for _, s := range list {
			holders[s] = append(holders[s], i)
		}
	}
	for _, i := range kinds {
		shared := map[int]int{}
		for _, s := range shingles(masked[i]) {
			if len(holders[s]) > mostCommon {
				continue
			}
			for _, j := range holders[s] {
				if j > i {
					shared[j]++
				}
			}
		}
		for j, n := range shared {
			if likeness := float64(n) / float64(counts[i]+counts[j]-n); likeness >= Near {
				pairs = append(pairs, Pair{i, j, likeness})
			}
		}
	}
	return pairs
}

// Prefix are how many words two texts must begin with to be about one thing.
const Prefix = 20

// SharedBeginnings pairs texts that begin with the same Prefix words, or more, beyond
// what all of them begin with. Each is paired with its neighbour in the alphabet.
func SharedBeginnings(texts []string) (pairs []Pair) {
	if len(texts) < 2 {
		return nil
	}
	split := make([][]string, len(texts))
	order := make([]int, len(texts))
	for i, text := range texts {
		split[i], order[i] = strings.Fields(strings.ToLower(text)), i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(slices.Compare(split[a], split[b]), a-b) })
	all := common(split[order[0]], split[order[len(order)-1]])
	for n := 1; n < len(order); n++ {
		a, b := order[n-1], order[n]
		if common(split[a], split[b]) >= all+Prefix {
			pairs = append(pairs, Pair{min(a, b), max(a, b), Near})
		}
	}
	return pairs
}

// common is how many words two texts begin with.
func common(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Groups joins pairs: texts that are linked, directly or through others, have one
// number, which is the smallest index among them.
func Groups(n int, pairs []Pair) []int {
	group := make([]int, n)
	for i := range group {
		group[i] = i
	}
	root := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	for _, p := range pairs {
		a, b := root(p.A), root(p.B)
		group[max(a, b)] = min(a, b)
	}
	for i := range group {
		group[i] = root(i)
	}
	return group
}

// Together joins what is stated to belong together, and what is similar. Where more
// than a quarter of all texts would be one group by their looks, they are one kind of
// text, and their looks join nothing; spared counts them.
func Together(n int, stated, similar []Pair) (groups []int, spared int) {
	size := map[int]int{}
	all := Groups(n, slices.Concat(stated, similar))
	for _, group := range all {
		size[group]++
	}
	kept := slices.Clone(stated)
	for _, p := range similar {
		if 4*size[all[p.A]] <= n {
			kept = append(kept, p)
		}
	}
	for _, m := range size {
		if m > 1 && 4*m > n {
			spared += m
		}
	}
	return Groups(n, kept), spared
}
