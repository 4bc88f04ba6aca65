package cli

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/autodatabench/autodatabench/bench/internal/pages"
)

// BenchmarkSite makes the pages of small trials. The goal for 500 trials on two idle
// cores: 30 s.
func BenchmarkSite(b *testing.B) {
	for _, size := range []struct{ agents, runs int }{{10, 50}, {60, 2}} {
		b.Run(fmt.Sprintf("%d-agents-%d-runs", size.agents, size.runs), func(b *testing.B) {
			out := b.TempDir()
			var names []string
			for i := range size.agents {
				names = append(names, fmt.Sprintf("agent-%02d", i))
			}
			s := microOf(b, filepath.Join(out, "micro"), names, size.runs, 2)
			outcomes, err := s.Run(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := putIndex(context.Background(), quiet(), s.Root, outcomes); err != nil {
				b.Fatal(err)
			}
			world, dir := quiet(), filepath.Join(out, "pages")
			world.Getenv = func(string) string { return "" }
			for b.Loop() {
				if err := runSite(context.Background(), world, siteOptions{dir: dir, pages: pages.Options{Out: out, Title: "Many"}}); err != nil {
					b.Fatal(err)
				}
			}
			files, bytes, largest := 0, int64(0), int64(0)
			_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					info, _ := d.Info()
					files, bytes, largest = files+1, bytes+info.Size(), max(largest, info.Size())
				}
				return nil
			})
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/site")
			b.ReportMetric(float64(files), "files")
			b.ReportMetric(float64(bytes)/1e6, "MB")
			b.ReportMetric(float64(largest)/1e6, "MB/largest")
		})
	}
}
