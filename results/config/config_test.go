package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

type sample struct {
	Name   string   `yaml:"name"`
	Memory Size     `yaml:"memory"`
	Limit  Duration `yaml:"limit"`
	Inner  struct {
		Depth int `yaml:"depth"`
	} `yaml:"inner"`
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       sample
		err, hint  string // parts of the message
	}{
		{name: "all fields", text: "name: a\nmemory: 8GiB\nlimit: 90s\n", want: sample{Name: "a", Memory: 8 << 30, Limit: Duration(90 * time.Second)}},
		{name: "unknown key", text: "name: a\nmemry: 1GiB\n", err: `f.yaml:2: unknown key "memry"`, hint: `"memory"`},
		{name: "unknown inner key", text: "inner:\n  deph: 1\n", err: `f.yaml:2: unknown key "deph"`, hint: `"depth"`},
		{name: "size without unit", text: "memory: 12\n", err: "no size such as"},
		{name: "no duration", text: "limit: soon\n", err: "no duration such as"},
		{name: "no YAML", text: "name: [a\n", err: "f.yaml:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got sample
			err := Decode("f.yaml", []byte(c.text), &got)
			if c.err == "" {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				return
			}
			var known *results.Error
			if !errors.As(err, &known) || known.Kind != results.BadInput {
				t.Fatalf("error %v is no bad input", err)
			}
			if !strings.Contains(err.Error(), c.err) || !strings.Contains(known.Hint, c.hint) {
				t.Errorf("error %q with hint %q, want %q and %q", err, known.Hint, c.err, c.hint)
			}
		})
	}
}

func TestTextRoundTrip(t *testing.T) {
	for _, s := range []Size{0, 1 << 10, 3 << 20, 512 << 20, 8 << 30, 2 << 40, 1025 << 10} {
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Size
		if err := back.UnmarshalText(text); err != nil || back != s {
			t.Errorf("%d is written %s and read %d (%v)", s, text, back, err)
		}
	}
	var d Duration
	text, err := Duration(90 * time.Minute).MarshalText()
	if err != nil || d.UnmarshalText(text) != nil || d != Duration(90*time.Minute) {
		t.Errorf("90 minutes are written %s and read %v", text, time.Duration(d))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("name: a\nmemory: 8GiB\n")
	f.Add("inner: {depth: 1")
	f.Fuzz(func(t *testing.T, text string) {
		var s sample
		if err := Decode("f", []byte(text), &s); err != nil && strings.Contains(err.Error(), "\n\n") {
			t.Errorf("an error of several paragraphs: %q", err)
		}
	})
}
