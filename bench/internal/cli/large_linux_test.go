package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/autodatabench/autodatabench/bench/internal/pages"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/site"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// processorTime is what the process has used of all processors so far. On a machine
// that others use too, it says more than the time that passed.
func processorTime(tb testing.TB) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// heapPeak is the most that the heap holds until stop is called, in bytes.
func heapPeak() (stop func() uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	end, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := uint64(0)
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-time.After(2 * time.Millisecond):
			case <-end:
				peak <- most
				return
			}
		}
	}()
	return func() uint64 { close(end); return <-peak }
}

// BenchmarkLargeBoard prints the ranking of 50,000 trials from the index, and says how
// much memory that takes.
func BenchmarkLargeBoard(b *testing.B) {
	db, err := index.Open(filepath.Join(b.TempDir(), "results.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var rows []index.Row
	for _, o := range manyTrials(24, 174) {
		rows = append(rows, index.Row{Folder: "many/" + o.Path(), Outcome: o})
	}
	if err := db.Put(b.Context(), rows); err != nil {
		b.Fatal(err)
	}
	rows = nil
	debug.FreeOSMemory()
	peak, used := heapPeak(), processorTime(b)
	for b.Loop() {
		all, err := db.Rows(b.Context(), index.Filter{})
		if err != nil {
			b.Fatal(err)
		}
		outcomes := make([]results.Outcome, 0, len(all.Rows))
		for _, r := range all.Rows {
			outcomes = append(outcomes, r.Outcome)
		}
		if err := report.Write(io.Discard, report.Text, report.Leaderboard(outcomes, report.Options{})); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1000*b.Elapsed().Seconds()/float64(b.N), "ms/board")
	b.ReportMetric(1000*(processorTime(b)-used).Seconds()/float64(b.N), "cpu-ms/board")
	b.ReportMetric(float64(peak())/1e6, "MB/board")
}

// clones are the ids of an experiment of so many trials, of which the micro student
// plays the first. The others have its files and its score.
func clones(tb testing.TB, root string, agents, runs int) *experiment.Setup {
	tb.Helper()
	names := make([]string, agents)
	for i := range names {
		names[i] = fmt.Sprintf("agent-%02d", i)
	}
	s := microOf(tb, root, names, runs, 6)
	ids := s.File.Trials()
	s.Only = ids[:1]
	if _, err := s.Run(context.Background()); err != nil {
		tb.Fatal(err)
	}
	scores, err := s.Root.OpenScores()
	if err != nil {
		tb.Fatal(err)
	}
	if err := scores.Lock(); err != nil {
		tb.Fatal(err)
	}
	for _, id := range ids[1:] {
		if err := clone(scores, s.Root.Trial(ids[0]), s.Root.Trial(id), id); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

// clone writes a trial with the files of another, its events in a chain of its own.
func clone(scores *record.Scores, from, to record.Trial, id results.TrialID) error {
	copied := func(name string) bool {
		return name != filepath.Base(from.Events()) && name != filepath.Base(string(from.SealFile())) && name != filepath.Base(from.Writer())
	}
	if err := copyFiles(string(from), string(to), func(name string) bool { return copied(name) && !strings.HasPrefix(name, "final/") }); err != nil {
		return err
	}
	log, err := disk.OpenLog(to.Events(), nil)
	if err != nil {
		return err
	}
	var events []any
	err = from.EachEvent(func(e results.Event) error {
		if e.Kind == results.TrialStarted {
			var spec results.Spec
			err := json.Unmarshal(e.Data, &spec)
			spec.TrialID, spec.Seed = id, int64(id.Run)
			data, encoding := json.Marshal(spec)
			e.Data = data
			if err := errors.Join(err, encoding); err != nil {
				return err
			}
		}
		events = append(events, e)
		return nil
	})
	if err == nil {
		_, err = log.Append(events...)
	}
	if err := errors.Join(err, log.Close()); err != nil {
		return err
	}
	if err := scores.Seal(to); err != nil {
		return err
	}
	if err := copyFiles(string(from), string(to), func(name string) bool { return strings.HasPrefix(name, "final/") }); err != nil {
		return err
	}
	return scores.EnterFinal(id, 1)
}

// copyFiles copies the files below a folder whose names, with slashes, are wanted.
func copyFiles(from, to string, wanted func(name string) bool) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil || !wanted(filepath.ToSlash(name)) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), data, 0o644)
	})
}

// BenchmarkReindex makes the index of 5,000 trials with some 60 files each anew, with all
// checks of the record, and looks whether the folders are still as the index has them.
func BenchmarkReindex(b *testing.B) {
	out := b.TempDir()
	s := clones(b, filepath.Join(out, "micro"), 20, 250)
	c, err := catalog.Open(b.Context(), out)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	if r, err := c.Read(b.Context(), ""); err != nil || len(r.Faults) > 0 || len(r.Outcomes) != len(s.File.Trials()) {
		b.Fatalf("%d outcomes, %v, %v", len(r.Outcomes), r.Faults, err)
	}
	for _, bm := range []struct {
		name string
		do   func() error
	}{
		{"rebuild", func() error { return c.Rebuild(b.Context()) }},
		{"look", func() error { _, err := c.Read(b.Context(), ""); return err }},
	} {
		b.Run(bm.name, func(b *testing.B) {
			runtime.GC()
			used := processorTime(b)
			for b.Loop() {
				if err := bm.do(); err != nil {
					b.Fatal(err)
				}
			}
			folders := float64(len(s.File.Trials())) * float64(b.N)
			b.ReportMetric(folders/b.Elapsed().Seconds(), "folders/s")
			b.ReportMetric(1000*(processorTime(b)-used).Seconds()/folders, "cpu-ms/folder")
		})
	}
}

// BenchmarkManyPages makes the pages of 5,000 trials of 60 agents, and asks a server for
// the board and for a trial's page.
func BenchmarkManyPages(b *testing.B) {
	out := b.TempDir()
	s := clones(b, filepath.Join(out, "micro"), 60, 84)
	if _, err := putIndex(b.Context(), quiet(), s.Root, nil); err != nil {
		b.Fatal(err)
	}
	world, dir := quiet(), filepath.Join(out, "pages")
	world.Getenv, world.Now = func(string) string { return "" }, time.Now
	of := pages.Options{Out: out, Title: "Many", Getenv: world.Getenv, Warn: func(error) {}}
	b.Run("site", func(b *testing.B) {
		peak, used := heapPeak(), processorTime(b)
		for b.Loop() {
			if err := runSite(b.Context(), world, siteOptions{dir: dir, pages: of}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/site")
		b.ReportMetric((processorTime(b)-used).Seconds()/float64(b.N), "cpu-s/site")
		b.ReportMetric(float64(peak())/1e6, "MB-heap")
		files, bytes, largest := sizes(dir)
		b.ReportMetric(float64(files), "files")
		b.ReportMetric(bytes/1e6, "MB")
		b.ReportMetric(largest/1e6, "MB/largest")
	})
	b.Run("serve", func(b *testing.B) {
		server := livePages(world, servePagesOptions{pages: of})
		handler := server.Handler(b.Context())
		for b.Loop() {
			used := processorTime(b)
			for i, page := range []string{"/index.html", "/" + site.TrialPage("micro", s.Only[0], 0)} {
				name := []string{"board", "trial"}[i] // the first pays for the reading of the folders
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost"+page, nil))
				if answer.Code != 200 {
					b.Fatalf("%s: %d", page, answer.Code)
				}
				b.ReportMetric((processorTime(b) - used).Seconds(), "cpu-s/"+name)
				b.ReportMetric(float64(answer.Body.Len())/1e6, "MB/"+name)
				used = processorTime(b)
			}
		}
	})
}

// sizes are the files of a folder.
func sizes(dir string) (files int, bytes, largest float64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			info, _ := d.Info()
			files, bytes, largest = files+1, bytes+float64(info.Size()), max(largest, float64(info.Size()))
		}
		return nil
	})
	return files, bytes, largest
}
