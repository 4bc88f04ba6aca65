package audit

import (
	"cmp"
	"slices"
)

// A sketch of a text are the least hashes of its runs under so many hash functions. Two
// texts agree in a function with the chance of their likeness: the runs that both have
// among those that either has.
const (
	functions = 64
	bands     = 16 // a band of a few functions in which near texts agree
	nearTexts = 0.7
)

type sketch [functions]uint64

func sketchOf(list []gram) sketch {
	var s sketch
	for i := range s {
		s[i] = ^uint64(0)
	}
	for _, g := range list {
		h := uint64(g)
		for i := range s {
			h = h*6364136223846793005 + 1442695040888963407
			s[i] = min(s[i], h^h>>31)
		}
	}
	return s
}

// band is the b-th band of a sketch.
func (s sketch) band(b int) uint64 {
	const width = functions / bands
	h := uint64(b)
	for _, v := range s[b*width : (b+1)*width] {
		h = (h ^ v) * 0x9fb21c651e98df25
		h ^= h >> 29
	}
	return h
}

// likeness estimates how alike two texts are, from 0 to 1.
func (s sketch) likeness(t sketch) float64 {
	same := 0
	for i := range s {
		if s[i] == t[i] {
			same++
		}
	}
	return float64(same) / functions
}

// sketches finds texts near another.
type sketches struct {
	list    []sketch
	buckets map[uint64][]int
}

func newSketches(list []sketch) *sketches {
	x := &sketches{buckets: map[uint64][]int{}}
	for _, s := range list {
		x.add(s)
	}
	return x
}

func (x *sketches) add(s sketch) {
	for b := range bands {
		x.buckets[s.band(b)] = append(x.buckets[s.band(b)], len(x.list))
	}
	x.list = append(x.list, s)
}

// mostBucket bounds the texts of a bucket that are compared.
const mostBucket = 64

// near reports whether a text is near the one of the sketch.
func (x *sketches) near(s sketch) bool { return x.first(s, nearTexts) >= 0 }

// first is the first text that is so alike, -1 for none.
func (x *sketches) first(s sketch, alike float64) int {
	best := -1
	for b := range bands {
		list := x.buckets[s.band(b)]
		for _, i := range list[:min(mostBucket, len(list))] {
			if (best < 0 || i < best) && s.likeness(x.list[i]) >= alike {
				best = i
			}
		}
	}
	return best
}

// alikeTopics is how alike two questions of one topic are, numbers aside.
const alikeTopics = 0.5

// largestTopics is how many topics are looked at (protocol.md section 9).
const largestTopics = 5

// topics is the share of rows in the largest groups of questions that are alike but for
// their numbers. A question joins the first group that it is like.
func topics(entries []*entry) float64 {
	groups := newSketches(nil)
	var sizes []int
	total := 0
	for _, e := range entries {
		s := sketchOf(grams(mask(e.question.tokens), 2))
		i := groups.first(s, alikeTopics)
		if i < 0 {
			i = len(sizes)
			groups.add(s)
			sizes = append(sizes, 0)
		}
		sizes[i] += len(e.rows)
		total += len(e.rows)
	}
	slices.SortFunc(sizes, func(a, b int) int { return cmp.Compare(b, a) })
	largest := 0
	for _, n := range sizes[:min(largestTopics, len(sizes))] {
		largest += n
	}
	return float64(largest) / float64(max(1, total))
}
