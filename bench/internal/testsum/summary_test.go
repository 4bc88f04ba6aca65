package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// run summarises the events and returns what was printed.
func run(t *testing.T, events string) (out string, ok bool) {
	t.Helper()
	var b bytes.Buffer
	s := newSummary(&b)
	if err := s.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	ok = s.close("test")
	return b.String(), ok
}

// TestFaults summarises the recorded output of go test on packages with a failed
// subtest, code that does not compile in test, package and dependency, a process
// that ends itself, and a finding of vet.
func TestFaults(t *testing.T) {
	events, err := os.ReadFile("testdata/faults.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	got, ok := run(t, string(events))
	if ok {
		t.Error("reported success")
	}
	const golden = "testdata/faults.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("output (-want +got):\n%s", d)
	}
}

// Rows of a table are passed on, also of tests that pass.
func TestRows(t *testing.T) {
	out, ok := run(t, `{"Action":"output","Package":"p","Test":"A","Output":"| case | seen |\n"}`+"\n"+events("run p A", "pass p A", "pass p"))
	if !ok || !strings.HasPrefix(out, "| case | seen |\n") {
		t.Errorf("%v:\n%s", ok, out)
	}
}

// events makes a log of "action package [test]" words.
func events(list ...string) string {
	var b strings.Builder
	for i, e := range list {
		action, rest, _ := strings.Cut(e, " ")
		pkg, test, _ := strings.Cut(rest, " ")
		fmt.Fprintf(&b, `{"Time":"2026-01-01T00:%02d:00Z","Action":%q,"Package":%q,"Test":%q}`+"\n", i, action, pkg, test)
	}
	return b.String()
}

func TestLastLine(t *testing.T) {
	const skippable = "autodatabench/tasks/science TestScoringVectors"
	for _, tt := range []struct {
		name   string
		events string
		want   string
		ok     bool
	}{
		{"all pass", events("start p", "run p A", "pass p A", "pass p"), "test: 1 of 1 passed, 0 skipped, 180 s", true},
		{
			"a parent is not counted beside its subtests",
			events("run p A", "run p A/x", "pass p A/x", "run p A/y/z", "pass p A/y/z", "pass p A", "pass p"),
			"test: 2 of 2 passed, 0 skipped, 360 s", true,
		},
		{
			"a parent that fails by itself is",
			events("run p A", "run p A/x", "pass p A/x", "fail p A", "fail p"),
			"test: 1 of 2 passed, 0 skipped, 240 s", false,
		},
		{
			"a failed subtest is one failure",
			events("run p A", "run p A/x", "fail p A/x", "fail p A", "fail p"),
			"test: 0 of 1 passed, 0 skipped, 240 s", false,
		},
		{
			"allowed skip",
			events("run p A", "pass p A", "run "+skippable, "skip "+skippable, "pass p", "pass autodatabench/tasks/science"),
			"test: 1 of 2 passed, 1 skipped, 300 s", true,
		},
		{"skip that is not allowed", events("run p A", "pass p A", "run p B", "skip p B", "pass p"), "test: 1 of 2 passed, 1 skipped, 240 s", false},
		{"no tests", events("start p", "skip p"), "test: 0 of 0 passed, 0 skipped, 60 s", false},
		{"nothing", "", "test: 0 of 0 passed, 0 skipped, 0 s", false},
		{"cut off", events("run p A", "pass p A", "run p B"), "test: 1 of 2 passed, 0 skipped, 120 s", false},
		{"package fails after its tests passed", events("run p A", "pass p A", "fail p"), "test: 1 of 2 passed, 0 skipped, 120 s", false},
		{"lines of go itself", "go: downloading x\n" + events("run p A", "pass p A", "pass p"), "test: 1 of 1 passed, 0 skipped, 120 s", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, ok := run(t, tt.events)
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			if got := lines[len(lines)-1]; got != tt.want || ok != tt.ok {
				t.Errorf("last line %q, success %v; want %q, %v; all of it:\n%s", got, ok, tt.want, tt.ok, out)
			}
		})
	}
}
