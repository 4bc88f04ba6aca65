// Package doctor checks that everything a run needs is there: on this machine, and
// for one experiment.
//
// [Check] makes a [Finding] of every part. A finding that is not OK says what to
// do. Doctor changes nothing, apart from a file that it makes and removes to see
// whether a folder can be written. It is not for printing findings (package cli).
package doctor

import (
	"context"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Finding is what was found out about a part.
type Finding struct {
	Part string `json:"part"`
	OK   bool   `json:"ok"`
	What string `json:"what"`
	Do   string `json:"do,omitempty"`
}

// Request says what to look at.
type Request struct {
	Out        string           // folder that holds the experiments
	Python     string           // interpreter for back end hf; empty for none
	Experiment *experiment.File // nil for none
	AgentFiles []string         // definitions of the experiment's agents
	Places     setup.Places     // of the experiment's tasks
}

// Check looks at what every run needs, then at what the experiment needs.
func Check(ctx context.Context, w setup.World, r Request) []Finding {
	list := []Finding{checkSandbox(), checkStudent(), checkPython(), checkOut(r.Out)}
	if r.Python != "" {
		list = append(list, checkHF("hf environment", r.Python))
	}
	if r.Experiment == nil {
		for _, part := range append([]string{tasksPart}, stackParts...) {
			list = append(list, Finding{part, true, "not needed without an experiment", ""})
		}
		return list
	}
	list = append(list, checkTasks(*r.Experiment, r.Places))
	return append(list, checkStack(ctx, w, *r.Experiment, r.AgentFiles)...)
}
