package sandbox

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkStart runs an empty program in the sandbox, with what it takes over the bare
// interpreter as a metric: at most 10 ms on an idle machine.
func BenchmarkStart(b *testing.B) {
	s, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, CodeFile), nil, 0o644); err != nil {
		b.Fatal(err)
	}
	var bare, caged []time.Duration
	for b.Loop() { // in turns: another load meets both
		begin := time.Now()
		if err := exec.Command(s.python.path, filepath.Join(dir, CodeFile)).Run(); err != nil {
			b.Fatal(err)
		}
		bare = append(bare, time.Since(begin))
		begin = time.Now()
		if r, err := s.Run(context.Background(), Spec{Workspace: dir, Code: CodeFile, Timeout: time.Minute}); err != nil || r.ExitCode != 0 {
			b.Fatal(r, err)
		}
		caged = append(caged, time.Since(begin))
	}
	slices.Sort(bare)
	slices.Sort(caged)
	b.ReportMetric(float64(bare[len(bare)/2].Microseconds())/1e3, "bare-ms")
	b.ReportMetric(float64((caged[len(caged)/2]-bare[len(bare)/2]).Microseconds())/1e3, "over-ms")
	b.ReportMetric(float64((caged[0]-bare[0]).Microseconds())/1e3, "least-over-ms") // beside other work the best of many tells
}
