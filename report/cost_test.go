package report

import (
	"strings"
	"testing"
	"time"

	"autodatabench/report/table"
	"autodatabench/results"
)

// The cost table shows means over runs; what nobody knows is called unknown, and
// is never 0.
func TestCostTable(t *testing.T) {
	use := func(agent string, run int, gpu, agentCost, cost results.Number) results.Outcome {
		return results.Outcome{
			TrialID: results.TrialID{Domain: results.Code, Workflow: results.OneShot, Setting: results.Scratch, Agent: agent, Run: run},
			Kind:    results.OfAgent, Attempts: 1, End: results.EndValid, BasePrivate: results.Score{Correct: 1, Total: 4},
			Usage: results.Usage{
				TeacherInput: 1000, TeacherOutput: 500, AgentCalls: 1, AgentInput: 20, AgentOutput: 10,
				StudentSeconds: 100, GPUSeconds: gpu, AgentCost: agentCost,
			},
			Cost: cost, Elapsed: time.Minute,
		}
	}
	num := func(v float64) results.Number { return results.Num(v, true) }
	board := Leaderboard([]results.Outcome{
		use("known", 1, num(7200), num(0.5), num(4.5)), use("known", 2, num(0), num(0.5), num(0.5)),
		use("unknown", 1, num(30), num(0.5), num(1)), use("unknown", 2, results.Number{}, num(0.5), results.Number{}),
	}, Options{})
	var cost *table.Table
	for _, x := range board.Tables() {
		if strings.HasPrefix(x.Title, "Cost of a run") {
			cost = &x
		}
	}
	if cost == nil {
		t.Fatal("there is no cost table")
	}
	want := map[string]string{
		"known":   "1,500 30 1m40s 1h0m0s 0.50 2.50",
		"unknown": "1,500 30 1m40s unknown 0.50 unknown",
	}
	for _, row := range cost.Rows {
		if got := strings.Join(row[len(row)-6:], " "); got != want[row[1]] {
			t.Errorf("%s: %s, want %s", row[1], got, want[row[1]])
		}
	}
	if len(cost.Rows) != 2 {
		t.Errorf("%d rows", len(cost.Rows))
	}
}
