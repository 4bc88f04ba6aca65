package mini

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

func TestRecogniseTakesTheLastQuestion(t *testing.T) {
	f, _ := ByName(results.Science, "ohms-law")
	first := Instance{f, Vars{"device": "fan", "i": "3", "r": "20"}, f.Wording[0]}
	second := Instance{f, Vars{"device": "kettle", "i": "4", "r": "31"}, f.Wording[0]}
	third := Instance{f, Vars{"device": "drill", "i": "5", "r": "7.5"}, f.Wording[2]}
	for _, c := range []struct {
		text string
		want Instance
	}{
		{"Q: " + first.Question() + "\nA: 60\nQ: " + second.Question(), second},
		{third.Question() + " " + first.Question(), first},
		{first.Question() + " " + third.Question(), third},
	} {
		if got, ok := Recognise(results.Science, c.text); !ok || !cmp.Equal(got.Vars, c.want.Vars) {
			t.Errorf("%q: got %v, want %v", c.text, got.Vars, c.want.Vars)
		}
	}
}

func TestRecogniseRefuses(t *testing.T) {
	echo := "A cliff returns an echo after 3 s. Sound travels at 340 m/s. How far away is it in m?"
	for _, text := range []string{
		"",
		"Write ten physics problems.",
		"A current of many A flows through a lamp with a resistance of 5 ohm. What is the voltage in V?",
		strings.Replace(echo, "340", "34000000000", 1),
	} {
		if got, ok := Recognise(results.Science, text); ok {
			t.Errorf("%q recognised as %s", text, got.Family.Name)
		}
	}
	if _, ok := Recognise(results.Science, echo); !ok {
		t.Error("the question itself is not recognised")
	}
	if _, ok := Recognise(results.Code, echo); ok {
		t.Error("a science question is recognised as code")
	}
}

// A parameter that a wording repeats has one value.
func TestRepeatedParameter(t *testing.T) {
	f, _ := ByName(results.Science, "echo")
	m := newMatcher(f, "A {target} echoes after {t} s at {v} m/s. Where is the {target}?")
	if i, _, ok := m.findLast("A wall echoes after 3 s at 340 m/s. Where is the wall?"); !ok || i.Vars["target"] != "wall" {
		t.Errorf("got %v, %v", i.Vars, ok)
	}
	if i, _, ok := m.findLast("A wall echoes after 3 s at 340 m/s. Where is the reef?"); ok {
		t.Errorf("two values are read as %v", i.Vars)
	}
}

func TestFindTopic(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Write a problem about OHM'S LAW, please.", "ohms-law"},
		{"topic: Ohm’s law", "ohms-law"},
		{"half life", "half-life"},
		{"levers and echoes", "lever"},
		{"One on average speed and one on density (mechanics)", "average-speed density"},
		{"heat capacity", "heat-capacity"},
		{"Something about waves.", "wave-speed echo lens-magnification"},
		{"measurement", "mean-reading trapezoid"},
		{"clever people", ""},
		{"", ""},
	} {
		var names []string
		for _, f := range FindTopic(results.Science, c.text) {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("FindTopic(%q) = %q, want %q", c.text, got, c.want)
		}
	}
	for _, d := range results.Domains() {
		for _, f := range Families(d) {
			if got := FindTopic(d, "about "+f.Topic+"."); len(got) != 1 || got[0] != f {
				t.Errorf("topic %q of %s names %d families", f.Topic, d, len(got))
			}
			if got := FindTopic(d, f.Area); len(got) < 2 {
				t.Errorf("area %q of %s names %d families", f.Area, d, len(got))
			}
		}
	}
}

// FuzzRecognise holds that what is recognised is in the text, word for word,
// and that its numbers parse.
func FuzzRecognise(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 5))
	for n, d := range results.Domains() {
		for _, family := range Families(d) {
			f.Add(n, Instance{family, family.Draw(r), family.Wording[0]}.Question())
		}
	}
	f.Fuzz(func(t *testing.T, n int, text string) {
		if n < 0 || n > 2 {
			return
		}
		d := results.Domains()[n]
		i, ok := Recognise(d, text)
		if !ok {
			return
		}
		if !strings.Contains(text, i.Question()) {
			t.Errorf("%q is not in the text", i.Question())
		}
		for _, p := range i.Family.Params {
			if _, parses := ParseDec(i.Vars[p.Name]); p.Kind == Number && !parses {
				t.Errorf("%s = %q is no number", p.Name, i.Vars[p.Name])
			}
		}
		if s, ok := i.Family.Solve(i.Vars); ok && s.Answer == "" {
			t.Errorf("empty answer to %q", i.Question())
		}
	})
}
