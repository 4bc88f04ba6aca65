package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// Policy is what a board must show before something is adopted.
type Policy struct {
	Rules []Rule `yaml:"rules" json:"rules"`
}

// Rule asks that a row lies above its reference by more than the margin, with the given
// confidence.
type Rule struct {
	Row        string       `yaml:"row" json:"row"`               // its full name, or a part that fits no other row
	Reference  string       `yaml:"reference" json:"reference"`   // another row; base, the untrained student, by default
	Metric     stats.Metric `yaml:"metric" json:"metric"`         // gain by default
	Margin     float64      `yaml:"margin" json:"margin"`         // in the unit of the metric, 0 by default
	Confidence float64      `yaml:"confidence" json:"confidence"` // one-sided, .95 by default
}

// ofBase is the reference that is the untrained student.
const ofBase = "base"

// complete fills in the defaults and reports what cannot be.
func (r *Rule) complete() error {
	if r.Reference == "" {
		r.Reference = ofBase
	}
	if r.Metric == "" {
		r.Metric = stats.ByGain
	}
	if r.Confidence == 0 {
		r.Confidence = 1 - stats.Level
	}
	known := false
	for _, m := range stats.Metrics() {
		known = known || m == r.Metric
	}
	switch {
	case r.Row == "":
		return fmt.Errorf("a rule names no row")
	case !known:
		return fmt.Errorf("metric %q: want one of %v", r.Metric, stats.Metrics())
	case !(r.Confidence > 0.5 && r.Confidence < 1):
		return fmt.Errorf("a confidence of %v: want a share over 0.5 and below 1", r.Confidence)
	case math.IsNaN(r.Margin) || math.IsInf(r.Margin, 0):
		return fmt.Errorf("a margin of %v", r.Margin)
	}
	return nil
}

// Decision is what a rule or a policy comes to.
type Decision string

// The decisions. A policy is Go if all its rules are, and NoGo if any is.
const (
	Go           Decision = "GO"
	NoGo         Decision = "NO-GO"
	Inconclusive Decision = "INCONCLUSIVE"
)

// Gate is a policy applied to a board.
type Gate struct {
	Decision Decision  `json:"decision"`
	Rules    []Verdict `json:"rules"`
}

// Verdict is a rule with what the board shows of it.
type Verdict struct {
	Rule
	Value    results.Number `json:"value"` // row less reference
	Low      results.Number `json:"low"`   // the difference lies above it with the rule's confidence
	High     results.Number `json:"high"`  // and below this one
	Decision Decision       `json:"decision"`
	Why      string         `json:"why,omitempty"` // there are no limits
	Marks    []Mark         `json:"marks"`         // of the row and of its reference
}

// Gate applies a policy. It reports results.Bad for a policy that cannot be, and for names
// of no row or of several.
func (b Board) Gate(policy Policy) (Gate, error) {
	if len(policy.Rules) == 0 {
		return Gate{}, results.Bad(fmt.Errorf("the policy has no rule"), "give it a list of rules, each with a row")
	}
	gate := Gate{Decision: Go}
	for i, rule := range policy.Rules {
		if err := rule.complete(); err != nil {
			return Gate{}, results.Bad(fmt.Errorf("rule %d: %w", i+1, err), "see the schema in bench/doc/gate.md")
		}
		verdict, err := b.judge(rule)
		if err != nil {
			return Gate{}, err
		}
		gate.Rules = append(gate.Rules, verdict)
		if verdict.Decision == NoGo || gate.Decision == Go {
			gate.Decision = verdict.Decision
		}
	}
	return gate, nil
}

func (b Board) judge(rule Rule) (Verdict, error) {
	names := []string{rule.Row}
	if rule.Reference != ofBase {
		names = append(names, rule.Reference)
	}
	g, rows, err := b.pick(names...)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Rule: rule, Decision: Inconclusive, Marks: marksOf(rows)}
	if g.study == nil {
		v.Why = g.noInterval()
		return v, nil
	}
	s := g.study.By(rule.Metric)
	weights := map[stats.Entry]float64{}
	for i, r := range rows {
		if v.Why = s.Obstacle(r.rowKey().entry()); v.Why != "" {
			return v, nil
		}
		weights[r.rowKey().entry()] = 1 - 2*float64(i)
	}
	c, err := s.Contrast(weights)
	if err != nil {
		v.Why = err.Error()
		return v, nil
	}
	v.Value, v.Low, v.High = c.Estimate.Value, c.Bound(rule.Metric, rule.Confidence, false), c.Bound(rule.Metric, rule.Confidence, true)
	switch {
	case v.Low.Known && v.Low.Value > rule.Margin:
		v.Decision = Go
	case v.High.Known && v.High.Value < rule.Margin:
		v.Decision = NoGo
	}
	return v, nil
}

// marksOf are the marks that any of the rows has.
func marksOf(rows []*Row) []Mark {
	marks := []Mark{}
	for _, m := range meanings {
		if slices.ContainsFunc(rows, func(r *Row) bool { return slices.Contains(r.Marks, m.mark) }) {
			marks = append(marks, m.mark)
		}
	}
	return marks
}

// title has the marks of every row that the decision rests on.
func (g Gate) title() string {
	title := "Gate: " + string(g.Decision)
	var marks []Mark
	for _, m := range meanings {
		if slices.ContainsFunc(g.Rules, func(v Verdict) bool { return slices.Contains(v.Marks, m.mark) }) {
			marks = append(marks, m.mark)
		}
	}
	if len(marks) > 0 {
		title += " - " + joinMarks(marks)
	}
	return title
}

// Tables returns the rules with their decisions.
func (g Gate) Tables() []table.Table {
	t := table.New(g.title(), 2, "row", "reference", "metric", ">margin", ">difference", ">low", ">high", ">at", "decision")
	for _, v := range g.Rules {
		t.Add(v.Row, v.Reference, string(v.Metric), table.Number(results.Num(v.Margin, true), 2), signed(v.Value), signed(v.Low), signed(v.High),
			percentWhole(results.Num(v.Confidence, true)), string(v.Decision))
	}
	t.Note("GO: the difference lies above the margin with the rule's confidence. NO-GO: below it. Difference: of the row and the reference. Low and high: its one-sided limits at the confidence under \"at\". The policy is GO if all rules are, NO-GO if any is.")
	for _, v := range g.Rules {
		if v.Why != "" {
			t.Note("%s: %s.", v.Row, v.Why)
		}
	}
	return []table.Table{*t}
}
