package config

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type strictSample struct {
	Name  string         `yaml:"name"`
	Runs  int            `yaml:"runs"`
	Small int8           `yaml:"small"`
	Share *float64       `yaml:"share"`
	On    bool           `yaml:"on"`
	List  []int          `yaml:"list"`
	More  map[string]any `yaml:"more"`
	Limit *Duration      `yaml:"limit"`
	Price *struct {
		Input float64 `yaml:"input" config:"required"`
	} `yaml:"price"`
}

// TestStrict has each kind of wrong value once, with the place that the message names.
func TestStrict(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"name: a\nruns: 1.0\n", "f:2: runs: 1.0 is not a whole number"},
		{"runs: 0x10\n", "f:1: runs: 0x10 is not a whole number"},
		{"runs: 0o17\n", "f:1: runs: 0o17 is not a whole number"},
		{"runs: 0b1\n", "f:1: runs: 0b1 is not a whole number"},
		{"runs: 1_000\n", "f:1: runs: 1_000 is not a whole number"},
		{"runs: 1e3\n", "f:1: runs: 1e3 is not a whole number"},
		{"runs: '3'\n", "f:1: runs: want a whole number, got a text"},
		{"runs: true\n", "f:1: runs: want a whole number, got true or false"},
		{"runs: 99999999999999999999\n", "f:1: runs: 99999999999999999999 is too great"},
		{"small: 200\n", "f:1: small: 200 is too great"},
		{"runs:\n", "f:1: runs: is empty"},
		{"name: ~\n", "f:1: name: is empty"},
		{"share: -.inf\n", "f:1: share: -.inf is not a finite number"},
		{"share: 1e999\n", "f:1: share: 1e999 is not a finite number"},
		{"share: 010\n", "f:1: share: 010 is not a finite number"},
		{"share: [1]\n", "f:1: share: want a number, got a list"},
		{"on: yes\n", "f:1: on: want true or false, got a text"},
		{"on: 1\n", "f:1: on: want true or false, got a number"},
		{"name: 5\n", `f:1: name: want a text, got a number: write "5", in quotes`},
		{"name: {a: b}\n", "f:1: name: want a text, got a mapping"},
		{"list: 1\n", "f:1: list: want a list, got a number"},
		{"list:\n  - 1\n  - 2.5\n", "f:3: list[1]: 2.5 is not a whole number"},
		{"more: {a: [.nan]}\n", "f:1: more.a[0]: .nan is not a finite number"},
		{"more: [1]\n", "f:1: more: want a mapping of keys to values, got a list"},
		{"limit: [5s]\n", "f:1: limit: want one value, got a list"},
		{"limit: 5\n", `f:1: limit: "5" is no duration`},
		{"price: {}\n", "f:1: price.input: missing"},
		{"price: {input: 1, inptu: 2}\n", `f:1: unknown key "inptu" (price.inptu)`},
		{"runs: 1\nruns: 2\n", "f:2: "},
		{"- a\n", "f:1: want a mapping of keys to values, got a list"},
		{"a text\n", "f:1: want a mapping of keys to values, got a text"},
		{"name: a\n---\nname: b\n", "f:3: more than one document"},
		{"---\nname: a\n---\nname: b\n", "f:4: more than one document"},
		{"name: &x a\n", "f:1: anchors and aliases"},
		{"name: !!str 5\n", "f:1: tags and directives"},
		{"\ufeffname: a\n", "f:1: the file begins with a byte order mark"},
		{"name: a\xff\n", "f:1: no UTF-8 text"},
		{"runs: 1\nname: a\x00b\n", "f:2: no UTF-8 text"},
		{"more: {a: " + strings.Repeat("[", 60) + strings.Repeat("]", 60) + "}\n", "f:1: lists and mappings lie more than 50 deep"},
		{"list:\n  " + strings.Repeat("- ", 60) + "1\n", "f:2: lists and mappings lie more than 50 deep"},
	} {
		err := Decode("f", []byte(c.text), new(strictSample))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "interface {}") || strings.Contains(err.Error(), "Go struct")) {
			t.Errorf("%q: the message speaks of Go: %v", c.text, err)
		}
	}
	for _, text := range []string{"", "# nothing\n", "---\nname: a\n", "name: a\nruns: -3\nsmall: 0\nshare: 1\nlist: []\nmore: {a: null, b: 1.5, c: {d: x}}\n", "share: 1.5e-3\n", "share: 1e-3\n", "share: ~\nlimit:\nprice: null\n"} {
		if err := Decode("f", []byte(text), new(strictSample)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestBounded reads the greatest files that the format allows.
func TestBounded(t *testing.T) {
	for name, text := range map[string]string{
		"open lists": strings.Repeat("[", maxFile), "open mappings": strings.Repeat("{", maxFile), "dashes": strings.Repeat("- ", maxFile/2),
		"question marks": strings.Repeat("? ", maxFile/2), "spaces": strings.Repeat(" ", maxFile-1) + "a", "colons": strings.Repeat("a: ", maxFile/3),
		"stairs": stairs(), "aliases": strings.Repeat("*a ", maxFile/3), "one name": "name: " + strings.Repeat("x", maxFile-7),
		"many keys": manyKeys(), "comments": strings.Repeat("#\n", maxFile/2),
	} {
		begin := time.Now()
		err := Decode("f", []byte(text), new(strictSample))
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%s: %s", name, took)
		}
		if err != nil && len(err.Error()) > 500 {
			t.Errorf("%s: a message of %d bytes", name, len(err.Error()))
		}
	}
}

// stairs is a mapping in a mapping and so on, each on a line of its own.
func stairs() string {
	var b strings.Builder
	for i := 0; b.Len() < maxFile-2_000; i++ {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func manyKeys() string {
	var b strings.Builder
	b.WriteString("more:\n")
	for i := 0; b.Len() < maxFile-100; i++ {
		b.WriteString(" k" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + ": 1\n")
	}
	return b.String()
}

// TestPlaces has what a name may stand for besides a file.
func TestPlaces(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{dir: "is a directory", "/dev/zero": "no regular file", big: "1048577 bytes; such a file has at most 1048576", filepath.Join(dir, "none"): "no such file"} {
		if err := Read(path, new(strictSample)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// FuzzStrict reads hostile text: an error is one line, and what is taken is what was
// written.
func FuzzStrict(f *testing.F) {
	for _, text := range []string{"name: a\nruns: 3\n", "more: {a: [1, {b: .inf}]}\n", "list: [1, 010]\n", "? a\n: b\n", "name: |\n  a\n", "a: &a [*a]\n", "---\n...\n---\n", "price: {input: 1}\n", "\t- :\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s strictSample
		err := Decode("f", []byte(text), &s)
		if err != nil && (strings.Contains(err.Error(), "\n\n") || len(err.Error()) > 2_000) {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && (s.Share != nil && math.IsNaN(*s.Share)) {
			t.Errorf("%q: NaN is taken", text)
		}
	})
}

// TestGivenAliases reads a few aliases in a file of an earlier version, and refuses a file
// that would grow without bound.
func TestGivenAliases(t *testing.T) {
	path := filepath.Join(t.TempDir(), "given.yaml")
	read := func(text string) (strictSample, error) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var got strictSample
		return got, ReadGiven(path, &got)
	}
	if got, err := read("runs: &n 3\nlist: [*n, *n]\n"); err != nil || got.Runs != 3 || len(got.List) != 2 || got.List[1] != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := read("runs: &n 3\nlist: [" + strings.Repeat("*n, ", givenAliases+1) + "]\n"); err == nil || !strings.Contains(err.Error(), "given.yaml:2: anchors and aliases") {
		t.Errorf("many: %v", err)
	}
}
