package cli

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/pages"
)

var pagesCost = flag.Bool("pages-cost", false, "measure what 50 open pages cost a run, in five pairs of runs, and print a table")

// TestOpenPagesCost runs an experiment with and without 50 pages open on it, in turns.
// Its trials do nothing but write their files, so that reading these costs more of them
// than of any real run; and the pages' readers count as cost, too.
func TestOpenPagesCost(t *testing.T) {
	if !*pagesCost {
		return // a measurement: make pages-cost
	}
	const pairs, open = 5, 50
	var wall, processor []float64
	fmt.Printf("%-6s %12s %12s %14s %14s %8s\n", "pair", "time", "with pages", "processor", "with pages", "events")
	for pair := range pairs {
		var took, used [2]time.Duration
		var events int64
		for turn := range 2 {
			pagesOpen := (pair + turn) % 2
			out := t.TempDir()
			s := microOf(t, filepath.Join(out, "micro"), []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}, 20, 6)
			closePages := func() int64 { return 0 }
			if pagesOpen == 1 {
				closePages = openStreams(t, out, open)
			}
			begin, before := time.Now(), processorTime(t)
			if _, err := s.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			took[pagesOpen], used[pagesOpen] = time.Since(begin), processorTime(t)-before
			events += closePages()
		}
		if events < open {
			t.Errorf("%d pages were told %d times what runs", open, events)
		}
		wall = append(wall, 100*(took[1].Seconds()/took[0].Seconds()-1))
		processor = append(processor, 100*(used[1].Seconds()/used[0].Seconds()-1))
		fmt.Printf("%-6d %12s %12s %14s %14s %8d\n", pair+1, took[0].Round(time.Millisecond), took[1].Round(time.Millisecond), used[0].Round(time.Millisecond), used[1].Round(time.Millisecond), events)
	}
	slices.Sort(wall)
	slices.Sort(processor)
	fmt.Printf("median: %.1f %% of the time, %.1f %% of the processor time; goal 2 %% of the time\n", wall[pairs/2], processor[pairs/2])
}

// openStreams opens the streams of so many pages over the experiments of out. close says
// how many events they had.
func openStreams(t *testing.T, out string, open int) (closePages func() int64) {
	ctx, cancel := context.WithCancel(t.Context())
	world := quiet()
	world.Getenv = func(string) string { return "" }
	world.Now = time.Now
	server := httptest.NewServer(livePages(world, servePagesOptions{pages: pages.Options{Out: out, Live: true, Getenv: world.Getenv}}).Handler(ctx))
	var events atomic.Int64
	var readers sync.WaitGroup
	for range open {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		readers.Go(func() {
			defer answer.Body.Close()
			lines := bufio.NewScanner(answer.Body)
			lines.Buffer(nil, 4<<20)
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "data: ") {
					events.Add(1)
				}
			}
		})
	}
	return func() int64 {
		cancel()
		readers.Wait()
		server.Close()
		return events.Load()
	}
}
