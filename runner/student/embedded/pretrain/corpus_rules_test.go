package pretrain

import (
	"strings"
	"testing"
)

// ruleResults are the rules in their order, worked on [3, 8, 5, 8] and 3, or on
// 'abca', 3 and 'a'.
var ruleResults = []struct{ text, work string }{
	{"Fold {x} by +.", "3 + 8 = 11; 11 + 5 = 16; 16 + 8 = 24; 24"},
	{"Fold {x} by + and list the values on the way.", "3 + 8 = 11; 11 + 5 = 16; 16 + 8 = 24; [3, 11, 16, 24]"},
	{"Fold {x} by -.", "3 - 8 = -5; -5 - 5 = -10; -10 - 8 = -18; -18"},
	{"Fold {x} by - and list the values on the way.", "3 - 8 = -5; -5 - 5 = -10; -10 - 8 = -18; [3, -5, -10, -18]"},
	{"Fold {x} by *.", "3 * 8 = 24; 24 * 5 = 120; 120 * 8 = 960; 960"},
	{"Fold {x} by * and list the values on the way.", "3 * 8 = 24; 24 * 5 = 120; 120 * 8 = 960; [3, 24, 120, 960]"},
	{"Fold {x} by max.", "max(3, 8) = 8; max(8, 5) = 8; max(8, 8) = 8; 8"},
	{"Fold {x} by max and list the values on the way.", "max(3, 8) = 8; max(8, 5) = 8; max(8, 8) = 8; [3, 8, 8, 8]"},
	{"Fold {x} by min.", "min(3, 8) = 3; min(3, 5) = 3; min(3, 8) = 3; 3"},
	{"Fold {x} by min and list the values on the way.", "min(3, 8) = 3; min(3, 5) = 3; min(3, 8) = 3; [3, 3, 3, 3]"},
	{"Take the min of {x} from its max.", "max(3, 8) = 8; max(8, 5) = 8; max(8, 8) = 8; min(3, 8) = 3; min(3, 5) = 3; min(3, 8) = 3; 8 - 3 = 5; 5"},
	{"Filter {x} by odd.", "3 odd; 8 even; 5 odd; 8 even; [3, 5]"},
	{"Tally odd in {x}.", "3 odd 1; 8 even 1; 5 odd 2; 8 even 2; 2"},
	{"Is any of {x} odd?", "3 odd; 8 even; 5 odd; 8 even; True"},
	{"Add up {x} where odd.", "3 odd 0 + 3 = 3; 8 even 3; 5 odd 3 + 5 = 8; 8 even 8; 8"},
	{"Filter {x} by even.", "3 odd; 8 even; 5 odd; 8 even; [8, 8]"},
	{"Tally even in {x}.", "3 odd 0; 8 even 1; 5 odd 1; 8 even 2; 2"},
	{"Is any of {x} even?", "3 odd; 8 even; 5 odd; 8 even; True"},
	{"Add up {x} where even.", "3 odd 0; 8 even 0 + 8 = 8; 5 odd 8; 8 even 8 + 8 = 16; 16"},
	{"Filter {x} by > {k}.", "3 > 3 no; 8 > 3 yes; 5 > 3 yes; 8 > 3 yes; [8, 5, 8]"},
	{"Tally > {k} in {x}.", "3 > 3 no 0; 8 > 3 yes 1; 5 > 3 yes 2; 8 > 3 yes 3; 3"},
	{"Is any of {x} > {k}?", "3 > 3 no; 8 > 3 yes; 5 > 3 yes; 8 > 3 yes; True"},
	{"Add up {x} where > {k}.", "3 > 3 no 0; 8 > 3 yes 0 + 8 = 8; 5 > 3 yes 8 + 5 = 13; 8 > 3 yes 13 + 8 = 21; 21"},
	{"Filter {x} by < {k}.", "3 < 3 no; 8 < 3 no; 5 < 3 no; 8 < 3 no; []"},
	{"Tally < {k} in {x}.", "3 < 3 no 0; 8 < 3 no 0; 5 < 3 no 0; 8 < 3 no 0; 0"},
	{"Is any of {x} < {k}?", "3 < 3 no; 8 < 3 no; 5 < 3 no; 8 < 3 no; False"},
	{"Add up {x} where < {k}.", "3 < 3 no 0; 8 < 3 no 0; 5 < 3 no 0; 8 < 3 no 0; 0"},
	{"Filter {x} by == {k}.", "3 == 3 yes; 8 == 3 no; 5 == 3 no; 8 == 3 no; [3]"},
	{"Tally == {k} in {x}.", "3 == 3 yes 1; 8 == 3 no 1; 5 == 3 no 1; 8 == 3 no 1; 1"},
	{"Is any of {x} == {k}?", "3 == 3 yes; 8 == 3 no; 5 == 3 no; 8 == 3 no; True"},
	{"Add up {x} where == {k}.", "3 == 3 yes 0 + 3 = 3; 8 == 3 no 3; 5 == 3 no 3; 8 == 3 no 3; 3"},
	{"Map x to x + {k} over {x}.", "3 + 3 = 6; 8 + 3 = 11; 5 + 3 = 8; 8 + 3 = 11; [6, 11, 8, 11]"},
	{"Map x to x - {k} over {x}.", "3 - 3 = 0; 8 - 3 = 5; 5 - 3 = 2; 8 - 3 = 5; [0, 5, 2, 5]"},
	{"Map x to x * {k} over {x}.", "3 * 3 = 9; 8 * 3 = 24; 5 * 3 = 15; 8 * 3 = 24; [9, 24, 15, 24]"},
	{"Map x to x % {k} over {x}.", "3 % 3 = 0; 8 % 3 = 2; 5 % 3 = 2; 8 % 3 = 2; [0, 2, 2, 2]"},
	{"Map x to x // {k} over {x}.", "3 // 3 = 1; 8 // 3 = 2; 5 // 3 = 1; 8 // 3 = 2; [1, 2, 1, 2]"},
	{"Map x to x * 2 over {x}.", "3 * 2 = 6; 8 * 2 = 16; 5 * 2 = 10; 8 * 2 = 16; [6, 16, 10, 16]"},
	{"Map x to x + 2 over {x}.", "3 + 2 = 5; 8 + 2 = 10; 5 + 2 = 7; 8 + 2 = 10; [5, 10, 7, 10]"},
	{"Map x to x * 3 over {x}.", "3 * 3 = 9; 8 * 3 = 24; 5 * 3 = 15; 8 * 3 = 24; [9, 24, 15, 24]"},
	{"Map x to x + 3 over {x}.", "3 + 3 = 6; 8 + 3 = 11; 5 + 3 = 8; 8 + 3 = 11; [6, 11, 8, 11]"},
	{"Map x to x * 10 over {x}.", "3 * 10 = 30; 8 * 10 = 80; 5 * 10 = 50; 8 * 10 = 80; [30, 80, 50, 80]"},
	{"Map x to x + 10 over {x}.", "3 + 10 = 13; 8 + 10 = 18; 5 + 10 = 15; 8 + 10 = 18; [13, 18, 15, 18]"},
	{"Map x to x * x over {x}.", "3 * 3 = 9; 8 * 8 = 64; 5 * 5 = 25; 8 * 8 = 64; [9, 64, 25, 64]"},
	{"Number {x} from 1; the first {k}.", "1: 3; 2: 8; 3: 5; [3, 8, 5]"},
	{"Number {x} from 0; entry {k} or the end.", "0: 3; 1: 8; 2: 5; 3: 8; 8"},
	{"Number {x} from 1; how many?", "1: 3; 2: 8; 3: 5; 4: 8; 4"},
	{"Go through {x}: keep, skip and so on.", "3 keep; 8 skip; 5 keep; 8 skip; [3, 5]"},
	{"Go through {x}: skip, keep and so on.", "3 skip; 8 keep; 5 skip; 8 keep; [8, 8]"},
	{"The first of {x}, then the last.", "first 3; last 8; [3, 8]"},
	{"Add the ends of {x}.", "first 3; last 8; 3 + 8 = 11; 11"},
	{"Next - this along {x}.", "8 - 3 = 5; 5 - 8 = -3; 8 - 5 = 3; [5, -3, 3]"},
	{"Next + this along {x}.", "8 + 3 = 11; 5 + 8 = 13; 8 + 5 = 13; [11, 13, 13]"},
	{"Turn {x} round.", "3 8 5 8; 8 5 8 3; [8, 5, 8, 3]"},
	{"Move the first of {x} to the back.", "3 8 5 8; 8 5 8 3; [8, 5, 8, 3]"},
	{"Move the last of {x} to the front.", "3 8 5 8; 8 3 8 5; [8, 3, 8, 5]"},
	{"Drop the first of {x}.", "3 8 5 8; 8 5 8; [8, 5, 8]"},
	{"Name the ends of {x} and swap them.", "first 3; last 8; [8, 8, 5, 3]"},
	{"Name the ends of {x} and cut them off.", "first 3; last 8; [8, 5]"},
	{"Take off the min of {x} till none is left.", "min(3, 8, 5, 8) = 3; min(8, 5, 8) = 5; min(8, 8) = 8; [3, 5, 8, 8]"},
	{"Take off the max of {x} till none is left.", "max(3, 8, 5, 8) = 8; max(3, 5, 8) = 8; max(3, 5) = 5; [8, 8, 5, 3]"},
	{"Spell {x} from behind.", "'abca' -> a b c a; a c b a; 'acba'"},
	{"Move the first letter of {x} to the end.", "'abca' -> a b c a; b c a a; 'bcaa'"},
	{"Write each letter of {x} twice.", "'abca' -> a b c a; a a b b c c a a; 'aabbccaa'"},
	{"In {x} drop every {k}.", "'abca' -> a b c a; b c; 'bc'"},
	{"Tally {k} in {x}.", "'abca' -> a b c a; a == a yes 1; b == a no 1; c == a no 1; a == a yes 2; 2"},
	{"Number the letters of {x}; how many?", "'abca' -> a b c a; 1: a; 2: b; 3: c; 4: a; 4"},
	{"The first {k} letters of {x}, numbered.", "'abca' -> a b c a; 1: a; 2: b; 3: c; 'abc'"},
	{"Write {x} on {k} numbered lines and join them.", "'abca' -> a b c a; 1: a b c a; 2: a b c a; 3: a b c a; 'abcaabcaabca'"},
	{"Go through {x}: keep, skip and so on.", "'abca' -> a b c a; a keep; b skip; c keep; a skip; 'ac'"},
}

func TestRules(t *testing.T) {
	var all []rule
	share := 0
	for _, group := range ruleGroups() {
		all, share = append(all, group.rules...), share+group.share
	}
	if share != 100 {
		t.Errorf("the groups' shares make %d percent", share)
	}
	if len(all) != len(ruleResults) {
		t.Fatalf("%d rules, %d results known", len(all), len(ruleResults))
	}
	for i, want := range ruleResults {
		r, in := all[i], input{k: 3, c: "a"}
		if r.letters {
			in.cs = strings.Split("abca", "")
		} else {
			in.xs = []int{3, 8, 5, 8}
		}
		steps, value := r.work(in)
		if got := strings.Join(append(steps, value), "; "); r.text != want.text || got != want.work {
			t.Errorf("%q\ngot  %s\nwant %s (%q)", r.text, got, want.work, want.text)
		}
	}
}
