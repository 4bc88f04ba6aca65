package gateway

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// BenchmarkResume opens the ledger of a trial with 50,000 answered calls, all of the
// attempt whose code is run again: what a resumed trial waits for before its code runs.
func BenchmarkResume(b *testing.B) {
	const calls = 50_000
	dir, spec := b.TempDir(), testSpec(2*calls, 2*calls, 16)
	g, err := Open(record.Trial(dir), spec, &echo{}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < calls; from += maxBatch / 2 {
		var batch []*commit
		for i := from; i < min(from+maxBatch/2, calls); i++ {
			batch = append(batch, answered(b, i)...)
		}
		if err := g.persist(batch); err != nil {
			b.Fatal(err)
		}
	}
	if err := g.Close(); err != nil {
		b.Fatal(err)
	}
	used := processorTime(b)
	for b.Loop() {
		g, err := Open(record.Trial(dir), spec, &echo{}, Options{})
		if err != nil {
			b.Fatal(err)
		}
		stored, err := g.answers(1)
		if err != nil || len(stored) != calls {
			b.Fatalf("%d answers, %v", len(stored), err)
		}
		if err := g.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1000*b.Elapsed().Seconds()/float64(b.N), "ms/resume")
	b.ReportMetric(1000*(processorTime(b)-used).Seconds()/float64(b.N), "cpu-ms/resume")
}

// processorTime is what the process has used of all processors so far. On a machine
// that others use too, it says more than the time that passed.
func processorTime(tb testing.TB) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// answered is the records of a call, as they come to be written.
func answered(b *testing.B, i int) []*commit {
	request, digest, err := chatRequest{MaxTokens: 256, Messages: []teacher.Message{{Role: teacher.User, Content: fmt.Sprintf("Write question %d about chemistry, with four options and the letter of the right one.", i)}}}.canonical()
	if err != nil {
		b.Fatal(err)
	}
	line, err := disk.Canonical(record.Exchange{Attempt: 1, Digest: digest, Request: json.RawMessage(request), Response: record.Answer{
		Content: fmt.Sprintf("Question %d: which of these is a noble gas? A) oxygen B) argon C) iron D) chlorine. Answer: B", i), FinishReason: "stop", InputTokens: 40, OutputTokens: 60,
	}})
	if err != nil {
		b.Fatal(err)
	}
	reserve := record.LedgerLine{Kind: record.Reserve, Attempt: 1, Request: digest}
	settle := reserve
	settle.Kind, settle.Outcome, settle.Exchange, settle.Input, settle.Output = record.Settle, record.Answered, disk.Digest(line), 40, 60
	return []*commit{{record: reserve}, {record: settle, exchange: line}}
}
