package report

import (
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

func num(v float64) results.Number { return results.Num(v, true) }

// use is a trial that used GPUs for some seconds and cost USD for its agent's
// model and in all.
func use(agent string, run int, gpu, agentCost, cost results.Number) results.Outcome {
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

// The cost table shows means over runs; what nobody knows is called unknown, and
// is never 0.
func TestCostTable(t *testing.T) {
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

// The cost figure counts what the leaderboard calls USD; where only the agent's
// model has a known price, its axis says so.
func TestCostFigureCountsTheLeaderboardsCost(t *testing.T) {
	gpuPrice := 2.0 // USD an hour
	trial := func(agent string, gpu, agentCost results.Number) results.Outcome {
		o := use(agent, 1, gpu, agentCost, results.Number{})
		o.Cost = o.Usage.Money(&gpuPrice)
		return o
	}
	for _, tt := range []struct {
		name  string
		b     results.Outcome
		costs [2]results.Number
		unit  string
	}{
		{"both known", trial("b", num(1800), num(0.25)), [2]results.Number{num(4.5), num(1.25)}, "agent's model and GPUs"},
		{"GPU time unknown", trial("b", results.Number{}, num(0.25)), [2]results.Number{num(0.5), num(0.25)}, "agent's model alone"},
		{"nothing known", trial("b", results.Number{}, results.Number{}), [2]results.Number{num(0), num(0)}, "teacher calls"},
	} {
		f, err := Leaderboard([]results.Outcome{trial("a", num(7200), num(0.5)), tt.b}, Options{Draws: 99}).CostFigure()
		if err != nil || len(f.Points) != 2 {
			t.Fatalf("%s: %d points, %v", tt.name, len(f.Points), err)
		}
		if got := [2]results.Number{f.Points[0].Cost, f.Points[1].Cost}; got != tt.costs || !strings.Contains(f.XUnit, tt.unit) {
			t.Errorf("%s: costs %v, want %v; axis %q", tt.name, got, tt.costs, f.XUnit)
		}
	}
}
