package definitions

import (
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

func TestWarningsOfAge(t *testing.T) {
	now := time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		age  Age
		want []string
	}{
		{Age{}, nil},
		{Age{Documents: "2026-11-29", Retires: "2027-11-29"}, nil},
		{Age{Retires: "2026-06-15"}, []string{"since 2026-06-15"}},
		{Age{Retires: "2026-11-29"}, []string{"since"}},
		{Age{Retires: "2026-12-01"}, []string{"until 2026-12-01, 2 days"}},
		{Age{Documents: "2026-01-01", Checked: "2026-05-01"}, []string{"2026-05-01, 212 days ago"}},
		{Age{Documents: "2026-01-01", Retires: "2026-01-01"}, []string{"since", "ago"}},
	} {
		got := c.age.Warnings(now)
		if len(got) != len(c.want) {
			t.Errorf("%+v: %q, want %q", c.age, got, c.want)
			continue
		}
		for i, part := range c.want {
			if !strings.Contains(got[i], part) {
				t.Errorf("%+v: %q, want %q", c.age, got[i], part)
			}
		}
	}
}

// TestAgeIsNoPartOfTheDigest: an experiment goes on after its agents' facts were
// looked up again, and the digests of definitions made before there was an age
// stay as they were.
func TestAgeIsNoPartOfTheDigest(t *testing.T) {
	d, err := Builtin("vllm")
	if err != nil {
		t.Fatal(err)
	}
	was, err := d.Digest()
	if err != nil {
		t.Fatal(err)
	}
	const before = "d5fedffb4e6d2bb384625983a30d3b95bc6f07efc08453f837fc0af9b5d5acc6"
	if was != before {
		t.Errorf("digest %s, before there was an age %s", was, before)
	}
	d.Age = Age{Checked: "2026-11-29", Documents: "2026-11-29", Retires: "2026-12-01"}
	if now, err := d.Digest(); err != nil || now != was {
		t.Errorf("digest %s with an age, %s without; %v", now, was, err)
	}
}

func TestDatesAreChecked(t *testing.T) {
	for _, field := range []string{"checked", "documents", "retires"} {
		if _, err := LoadFile(write(t, full+field+": 29 November\n")); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
		if _, err := LoadFile(write(t, full+field+": 2026-11-29\n")); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestPaperModels holds what public documents say of the six models of the paper.
func TestPaperModels(t *testing.T) {
	load := func(name string) Definition {
		t.Helper()
		d, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := load("gpt-5.2"); d.PromptTokens() != 272_000 {
		t.Errorf("a prompt of gpt-5.2 may have %d tokens", d.PromptTokens())
	}
	if d := load("claude-4-sonnet"); d.Retires != "2026-06-15" {
		t.Errorf("claude-4-sonnet retires %q", d.Retires)
	}
	if d := load("gemini-2.5-pro"); d.Retires != "2026-12-01" || d.Price.CachedInput == nil {
		t.Errorf("gemini-2.5-pro: %+v", d)
	}
	price := load("qwen3-max").Pricing()
	for input, want := range map[int64]float64{32_000: 1.2, 32_001: 2.4, 128_000: 2.4, 128_001: 3} {
		if got := price.Cost(results.Tokens{Input: input}).Value * 1e6 / float64(input); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("qwen3-max with %d tokens: %v USD per million, want %v", input, got, want)
		}
	}
}
