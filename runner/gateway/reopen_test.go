package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

const wave = 4 // equal calls that one execution makes at once

// execution makes the calls that the code of the tests below makes, and returns
// the texts by occurrence, with an empty one for a call that failed.
func execution(t *testing.T, g *Gateway) []string {
	c := serve(t, g, 1)
	defer c.stop()
	texts := make([]string, wave)
	var wg sync.WaitGroup
	for i := range wave {
		wg.Go(func() { texts[i] = c.ask("x", i).text() })
	}
	wg.Wait()
	return texts
}

// TestKilledAnywhere repeats an execution from every state that a kill can
// leave: each cut of the ledger, within lines too, with each cut of the segment
// that holds what the ledger names.
func TestKilledAnywhere(t *testing.T) {
	dir, spec := t.TempDir(), testSpec(2*wave, 2*wave, 3)
	failing := &echo{}
	failing.before = func(context.Context, teacher.Request) error {
		switch failing.count() {
		case 2:
			return &teacher.CallError{Refunded: true, Err: errors.New("busy")}
		case 3:
			return &teacher.CallError{Err: errors.New("reset")}
		}
		return nil
	}
	g := open(t, dir, spec, failing)
	execution(t, g)
	segment, err := os.ReadFile(record.Trial(dir).Teacher().Open()) // not sealed: as a kill leaves it
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := os.ReadFile(record.Trial(dir).Ledger())
	if err != nil {
		t.Fatal(err)
	}
	var cuts []int
	for i := range ledger {
		if ledger[i] == '\n' {
			cuts = append(cuts, i-40, i+1) // within the line and after it
		}
	}
	if len(cuts) != 2*2*wave {
		t.Fatalf("the ledger has %d lines, want two a call", len(cuts)/2)
	}
	var first []string
	for _, cut := range append([]int{0}, cuts...) {
		texts := killedAt(t, ledger[:cut], segment)
		if first == nil {
			first = texts
		}
		if !slices.Equal(first, texts) {
			t.Errorf("ledger cut at byte %d: answers %v, want %v", cut, texts, first)
		}
	}
}

// killedAt repeats the execution from the files, checks what it cost, and
// returns the answers.
func killedAt(t *testing.T, ledger, segment []byte) []string {
	t.Helper()
	spec := testSpec(2*wave, 2*wave, 3)
	dir := t.TempDir()
	writeTrial(t, dir, ledger, segment)
	whole := ledger[:bytes.LastIndexByte(ledger, '\n')+1]
	before := bytes.Count(whole, []byte(`"kind":"reserve"`)) - bytes.Count(whole, []byte(`"kind":"refund"`))
	answeredBefore := bytes.Count(whole, []byte(`"outcome":"answered"`))
	up := &echo{}
	g := open(t, dir, spec, up)
	if got := g.Total().Calls; got != before {
		t.Errorf("opened with %d calls charged, want %d", got, before)
	}
	texts := execution(t, g)
	if up.count() != wave-answeredBefore {
		t.Errorf("%d answered calls, yet the teacher was asked %d times", answeredBefore, up.count())
	}
	if got := g.Total().Calls; got != before+wave-answeredBefore || got > 2*wave {
		t.Errorf("charged %d calls, want %d", got, before+wave-answeredBefore)
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	sum, err := ReadLedger(record.Trial(dir), spec.Protocol.Budget)
	if err != nil || len(sum.Exchanges) != wave {
		t.Errorf("ledger names %d exchanges: %v", len(sum.Exchanges), err)
	}
	return texts
}

func writeTrial(t *testing.T, dir string, ledger, segment []byte) {
	t.Helper()
	if err := disk.WriteFile(record.Trial(dir).Ledger(), ledger); err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteFile(record.Trial(dir).Teacher().Open(), segment); err != nil {
		t.Fatal(err)
	}
}

// TestTornSegment cuts the segment anywhere: lines before the cut survive, and
// an answer that the ledger names and the segment lost is reported.
func TestTornSegment(t *testing.T) {
	dir, spec := t.TempDir(), testSpec(100, 100, 1)
	g := open(t, dir, spec, &echo{})
	c := serve(t, g, 1)
	for i := range 4 {
		c.ask(strings.Repeat("prompt ", 50), i)
	}
	segment, err := os.ReadFile(record.Trial(dir).Teacher().Open())
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := os.ReadFile(record.Trial(dir).Ledger())
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for cut := 0; cut <= len(segment); cut += 29 {
		torn := t.TempDir()
		writeTrial(t, torn, ledger, segment[:cut])
		g := open(t, torn, spec, &echo{})
		lines := 0
		if err := record.Trial(torn).Teacher().Read(func(string, record.Exchange) error { lines++; return nil }); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if lines < last || lines > 4 {
			t.Errorf("cut at %d: %d lines, %d at the cut before", cut, lines, last)
		}
		last = lines
		_, err := g.answers(1)
		if lost := lines < 4; (err != nil) != lost {
			t.Errorf("cut at %d: %d lines, error %v", cut, lines, err)
		}
		if disk.Exists(record.Trial(torn).Teacher().Open()) {
			t.Errorf("cut at %d: the segment is still open", cut)
		}
	}
	if last < 3 {
		t.Errorf("%d lines survived the last cut", last)
	}
}

func TestSegmentNames(t *testing.T) {
	dir := t.TempDir()
	for run := range 2 {
		g := open(t, dir, testSpec(100, 100, 1), &echo{})
		c := serve(t, g, 1)
		c.ask(fmt.Sprint("run ", run), 0)
		c.stop()
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(string(record.Trial(dir).Teacher()))
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v %v", entries, err)
	}
	for _, e := range entries {
		digest, err := disk.DigestFile(filepath.Join(string(record.Trial(dir).Teacher()), e.Name()))
		if err != nil || filepath.Join(string(record.Trial(dir).Teacher()), e.Name()) != record.Trial(dir).Teacher().Finished(digest) {
			t.Errorf("%s has digest %s (%v)", e.Name(), digest, err)
		}
	}
}
