package cli

import (
	"fmt"
	"runtime"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
)

// processors is how busy a run kept the processors that it may use: itself and all
// processes that it started and that have ended. Code that waits for a model's server,
// which is another's process, is not busy.
type processors struct {
	Count int     `json:"processors"`
	Wall  float64 `json:"wall_clock_seconds"`
	Used  float64 `json:"processor_seconds"`
	Busy  float64 `json:"busy"` // share of the processors' time
}

// measureProcessors begins to measure. The returned function says how busy the
// processors were since; nil where the system does not tell.
func measureProcessors(w setup.World) func() *processors {
	begin, before := w.Now(), usedTime()
	return func() *processors {
		wall, used := w.Now().Sub(begin), usedTime()-before
		if wall <= 0 || used <= 0 {
			return nil
		}
		n := runtime.GOMAXPROCS(0) // minds the limits of a container
		return &processors{n, wall.Seconds(), used.Seconds(), used.Seconds() / (wall.Seconds() * float64(n))}
	}
}

// String is a line for people.
func (p *processors) String() string {
	took := time.Duration(p.Wall * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%.0f %% of %d processors over %s (%.0f s of processor time)", 100*p.Busy, p.Count, took, p.Used)
}

// ranBoard is a board of trials that this command ran.
type ranBoard struct {
	report.Part
	Processors *processors `json:"processors,omitempty"`
}
