package report

import (
	"slices"
	"strconv"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// cost is what a run took of models and GPUs, and what that costs.
func (g Group) cost(common []Mark) table.Table {
	t, add := g.grid("Cost of a run", common, ">teacher tokens", ">agent tokens", ">student", ">GPU", ">agent USD", ">USD")
	for _, r := range g.Rows {
		if r.Kind != results.OfAgent { // neither the paper nor a given submission has any of it
			add(r, slices.Repeat([]string{table.Missing}, 6)...)
			continue
		}
		runs := float64(r.Runs)
		add(r,
			table.Count(int(r.Usage.TeacherInput+r.Usage.TeacherOutput)/r.Runs), table.Count(int(r.Usage.AgentTokens())/r.Runs),
			seconds(results.Num(r.Usage.StudentSeconds/runs, true)), seconds(over(r.Usage.GPUSeconds, runs)),
			dollars(over(r.Usage.AgentCost, runs)), dollars(over(r.Cost, runs)),
		)
	}
	t.Note("Means over runs, without the final scoring. Tokens: read and written. Student: time of training and evaluating it, on a processor where it is the embedded one. " +
		"GPU: that time by the GPUs held, and the share of a teacher that the program started. USD: the agent's model and the GPU time at the experiment's price; " +
		"a teacher behind an address is not in it. What has no recorded price is unknown.")
	return *t
}

func over(n results.Number, parts float64) results.Number {
	return results.Num(n.Value/parts, n.Known)
}

// seconds is a time, or unknown, which is not 0.
func seconds(n results.Number) string {
	if !n.Known {
		return "unknown"
	}
	d := time.Duration(n.Value * float64(time.Second))
	if d < time.Minute && d > 0 {
		return strconv.FormatFloat(n.Value, 'f', 1, 64) + "s"
	}
	return d.Round(time.Second).String()
}

// dollars is an amount, or unknown, which is not 0.
func dollars(n results.Number) string {
	if !n.Known {
		return "unknown"
	}
	return table.Number(n, 2)
}
