package stats_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

func TestLetters(t *testing.T) {
	for _, tt := range []struct {
		name   string
		n      int
		differ string // pairs such as "03 13"
		want   string
	}{
		{"none", 0, "", ""},
		{"one", 1, "", "a"},
		{"all alike", 4, "", "a a a a"},
		{"all different", 3, "01 02 12", "a b c"},
		{"a chain", 4, "02 03 13", "a ab bc c"},
		{"ends differ", 3, "02", "a ab b"},
		{"two clusters", 4, "02 03 12 13", "a a b b"},
		{"not in a row", 4, "01 23", "ab cd ac bd"},
		{"the first and the last but one", 4, "02", "a ab b ab"},
	} {
		got := stats.Letters(tt.n, func(i, j int) bool {
			return strings.Contains(" "+tt.differ+" ", " "+string(rune('0'+i))+string(rune('0'+j))+" ")
		})
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := stats.Letters(28, func(int, int) bool { return true }); got[25] != "z" || got[26] != "a2" || got[27] != "b2" {
		t.Errorf("after z: %q", got[25:])
	}
}

// Two share a letter exactly when they do not differ, whatever differs.
func TestLettersSayWhatDiffers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for range 200 {
		const n = 7
		var differs [n][n]bool
		for i := range n {
			for j := i + 1; j < n; j++ {
				differs[i][j] = rng.IntN(3) == 0
			}
		}
		letters := stats.Letters(n, func(i, j int) bool { return differs[i][j] })
		for i := range n {
			for j := i + 1; j < n; j++ {
				if strings.ContainsAny(letters[i], letters[j]) == differs[i][j] {
					t.Fatalf("%v: %d and %d have %q and %q", differs, i, j, letters[i], letters[j])
				}
			}
		}
	}
}

// Three clusters far apart: ranks are certain between and open within them.
func TestRanks(t *testing.T) {
	w := three
	w.truth, w.items, w.runs = []float64{0.2, 0.8, 0.5, 0.2, 0.8}, 300, 5
	cells := w.cells(t, rand.New(rand.NewPCG(2, 9)))
	s := study(t, w.domains, stats.FitRunPrior(cells), cells...)
	got := s.Ranks()
	for i, want := range []struct {
		low, high int
		letters   string
	}{{4, 5, "c"}, {1, 2, "a"}, {3, 3, "b"}, {4, 5, "c"}, {1, 2, "a"}} {
		r := got[i]
		if r.Low != want.low || r.High != want.high || r.Letters != want.letters || r.Rank < r.Low || r.Rank > r.High {
			t.Errorf("%s: %+v, want %+v", r.Agent, r, want)
		}
	}
	reversed := slices.Clone(cells)
	slices.Reverse(reversed)
	if diff := cmp.Diff(got, study(t, w.domains, stats.FitRunPrior(cells), reversed...).Ranks()); diff != "" {
		t.Errorf("another order of cells (-want +got):\n%s", diff)
	}
}

func TestRankEdges(t *testing.T) {
	prior := given(0.8, 10)
	a := cell(t, "a", results.Science, "1000", "1100", "1010")
	same := cell(t, "b", results.Science, "1000", "1100", "1010")
	single := stats.RankSet{Entry: entry("a"), Rank: 1, Low: 1, High: 1, Letters: "a", N: 2, Method: stats.RunsItems}
	if diff := cmp.Diff([]stats.RankSet{single}, study(t, one, prior, a).Ranks()); diff != "" {
		t.Errorf("one entry (-want +got):\n%s", diff)
	}
	for i, r := range study(t, one, prior, a, same).Ranks() {
		if r.Rank != 1 || r.Low != 1 || r.High != 2 || r.Letters != "a" {
			t.Errorf("equal entry %d: %+v", i, r)
		}
	}
	for i, r := range study(t, one, stats.FitRunPrior(nil), a, same).Ranks() {
		if r.Rank != 1 || r.Low != 0 || r.High != 0 || r.Letters != "" || len(r.Warnings) != 1 {
			t.Errorf("no prior, entry %d: %+v", i, r)
		}
	}
	incomplete := study(t, []results.Domain{results.Science, results.Code}, prior, a, same, cell(t, "a", results.Code, "1000", "1100", "1010"))
	got := incomplete.Ranks()
	if got[0].Rank != 1 || got[0].High != 1 || got[1].Rank != 0 || got[1].High != 0 || got[1].Letters != "" {
		t.Errorf("an incomplete entry: %+v", got)
	}
	if got := study(t, one, prior).Ranks(); got != nil {
		t.Errorf("no entry: %+v", got)
	}
}
