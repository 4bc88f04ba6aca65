package report_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

func TestGate(t *testing.T) {
	board := report.Leaderboard(answered(contest()), report.Options{Draws: 99})
	iterative, pipeline := "adaptive/iterative", "pipeline"
	for _, tt := range []struct {
		name  string
		want  report.Decision
		rules []report.Rule
	}{
		{"better than the base", report.Go, []report.Rule{{Row: iterative}}},
		{"far better than the base", report.NoGo, []report.Rule{{Row: iterative, Margin: 500}}},
		{"better than another row", report.Go, []report.Rule{{Row: iterative, Reference: pipeline, Metric: stats.ByPoints, Margin: 10, Confidence: 0.99}}},
		{"worse than another row", report.NoGo, []report.Rule{{Row: pipeline, Reference: iterative}}},
		{"about as good as another row", report.Inconclusive, []report.Rule{{Row: "adaptive/one-shot", Reference: pipeline, Metric: stats.ByGeometric, Margin: 10}}},
		{"one rule open", report.Inconclusive, []report.Rule{{Row: iterative}, {Row: "adaptive/one-shot", Reference: pipeline, Margin: 10}}},
		{"one rule failed", report.NoGo, []report.Rule{{Row: "adaptive/one-shot", Reference: pipeline, Margin: 10}, {Row: pipeline, Reference: iterative}, {Row: iterative}}},
	} {
		got, err := board.Gate(report.Policy{Rules: tt.rules})
		if err != nil || got.Decision != tt.want || len(got.Rules) != len(tt.rules) {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
		if text := page(t, got); !strings.Contains(text, "Gate: "+string(tt.want)+" - simulated") {
			t.Errorf("%s: %s", tt.name, text)
		}
	}
}

// A rule without limits is open and says why.
func TestGateSaysWhyItIsOpen(t *testing.T) {
	for name, why := range map[string]string{"all-invalid": "no run has a valid submission", "bases-differ": "different base students"} {
		got, err := report.Leaderboard(outcomesOf(t, name), report.Options{Draws: 99}).Gate(report.Policy{Rules: []report.Rule{{Row: "aa"}}})
		if err != nil || got.Decision != report.Inconclusive || !strings.Contains(got.Rules[0].Why, why) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestGateRefuses(t *testing.T) {
	board := report.Leaderboard(contest(), report.Options{Draws: 99})
	for name, rules := range map[string][]report.Rule{
		"no rule":          nil,
		"no row":           {{}},
		"an unknown row":   {{Row: "nobody"}},
		"several rows":     {{Row: "adaptive"}},
		"an unknown base":  {{Row: "pipeline", Reference: "nobody"}},
		"a metric":         {{Row: "pipeline", Metric: "speed"}},
		"half confidence":  {{Row: "pipeline", Confidence: 0.5}},
		"full confidence":  {{Row: "pipeline", Confidence: 1}},
		"minus confidence": {{Row: "pipeline", Confidence: -0.9}},
	} {
		_, err := board.Gate(report.Policy{Rules: rules})
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.BadInput || known.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReliability(t *testing.T) {
	row := report.Leaderboard(outcomesOf(t, "some-invalid"), report.Options{Draws: 99}).Groups[0].Rows
	never, some, always := row[2].Reliability, row[1].Reliability, row[0].Reliability
	if never.Valid.Value != 0 || some.Valid.Value*3 != 2 || always.Valid.Value != 1 {
		t.Errorf("valid runs %v, %v, %v", never.Valid, some.Valid, always.Valid)
	}
	if never.Consistency.Value != 1 || !(some.Consistency.Value > 0.5 && some.Consistency.Value < 1) || never.CostPoint.Known {
		t.Errorf("never %+v, some %+v", never, some)
	}
	if some.Worst.Value != 0 || !(some.Best.Value > 50) || !(always.Worst.Value > 150) {
		t.Errorf("worst runs %v, %v; best %v", some.Worst, always.Worst, some.Best)
	}
}

// Other averages have ranks and ties where they are asked for.
func TestOtherRanks(t *testing.T) {
	board := report.Leaderboard(answered(contest()), report.Options{Draws: 99, Averages: true})
	others := board.Groups[0].Others
	if len(others) != 3 || others[0].By != stats.ByPoints || len(others[0].Sets) != 3 || others[0].Sets[0].Letters == "" {
		t.Fatalf("%+v", others)
	}
	if text := page(t, board); !strings.Contains(text, "Ranks by other averages") {
		t.Error("no table of ranks by other averages")
	}
}
