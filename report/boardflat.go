package report

import (
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// flatPlaces is the digits of a fraction in CSV.
const flatPlaces = 6

// flatColumn is a column of the flat table and how a row fills it.
type flatColumn struct {
	name string
	cell func(Group, Row) string
}

// Flat is the whole board as one table with a row for each of its rows, for
// spreadsheets: gains and accuracies in %, times in seconds.
func (b Board) Flat() table.Table {
	columns := identity()
	for _, d := range b.domains() {
		columns = append(columns, ofDomain(d)...)
	}
	columns = append(columns, totals()...)
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.name
	}
	t := table.New("", 0, heads...)
	for _, g := range b.Groups {
		for _, r := range g.Rows {
			cells := make([]string, len(columns))
			for i, c := range columns {
				cells[i] = c.cell(g, r)
			}
			t.Add(cells...)
		}
	}
	return *t
}

// domains lists the domains of all groups in the order of their first mention.
func (b Board) domains() []results.Domain {
	var all []results.Domain
	seen := map[results.Domain]bool{}
	for _, g := range b.Groups {
		for _, d := range g.Domains {
			if !seen[d.Domain] {
				all = append(all, d.Domain)
			}
			seen[d.Domain] = true
		}
	}
	return all
}

func identity() []flatColumn {
	return []flatColumn{
		{"suite", func(g Group, _ Row) string { return g.Suite }},
		{"protocol", func(g Group, _ Row) string { return g.Protocol }},
		{"teacher", func(g Group, r Row) string {
			if r.Kind == results.OfGiven { // whatever the group's
				return table.Missing
			}
			return g.Teacher
		}},
		{"student", func(g Group, _ Row) string { return g.Student }},
		{"student_digest", func(g Group, _ Row) string { return orMissing(g.StudentIs) }},
		{"protocol_digest", func(g Group, _ Row) string { return orMissing(g.ProtocolIs) }},
		{"experiment", func(_ Group, r Row) string { return r.Experiment }},
		{"kind", func(_ Group, r Row) string { return string(r.Kind) }},
		{"standing", func(_ Group, r Row) string { return string(r.Standing) }},
		{"made_by", func(_ Group, r Row) string { return string(r.Made) }},
		{"source", func(_ Group, r Row) string { return string(r.Source) }},
		{"assurance", func(_ Group, r Row) string { return string(r.Assurance) }},
		{"assured_by", func(_ Group, r Row) string { return orMissing(r.AssuredBy) }},
		{"marks", func(_ Group, r Row) string { return joinMarks(r.Marks) }},
		{"rank", func(_ Group, r Row) string {
			if r.Rank == 0 {
				return table.Missing
			}
			return strconv.Itoa(r.Rank)
		}},
		{"agent", func(_ Group, r Row) string { return r.Agent }},
		{"name", func(_ Group, r Row) string { return r.Name }},
		{"workflow", func(_ Group, r Row) string { return string(r.Workflow) }},
		{"setting", func(_ Group, r Row) string { return string(r.Setting) }},
	}
}

func ofDomain(d results.Domain) []flatColumn {
	number := func(name string, places int, figure func(DomainResult) results.Number) flatColumn {
		return flatColumn{string(d) + "_" + name, func(_ Group, r Row) string {
			for _, result := range r.Domains {
				if result.Domain == d {
					return table.Number(figure(result), places)
				}
			}
			return table.Missing
		}}
	}
	count := func(n int) results.Number { return results.Num(float64(n), true) }
	share := func(n results.Number) results.Number { return results.Num(100*n.Value, n.Known) }
	return []flatColumn{
		number("gain", flatPlaces, func(x DomainResult) results.Number { return x.Gain }),
		number("gain_sd", flatPlaces, func(x DomainResult) results.Number { return x.GainSD }),
		number("gain_valid", flatPlaces, func(x DomainResult) results.Number { return x.GainValid }),
		number("points", flatPlaces, func(x DomainResult) results.Number { return x.Points }),
		number("accuracy", flatPlaces, func(x DomainResult) results.Number { return share(x.Accuracy) }),
		number("base", flatPlaces, func(x DomainResult) results.Number { return share(x.Base) }),
		number("mats", flatPlaces, func(x DomainResult) results.Number { return x.MATS }),
		number("runs", 0, func(x DomainResult) results.Number { return count(x.Runs) }),
		number("valid_runs", 0, func(x DomainResult) results.Number { return count(x.ValidRuns) }),
	}
}

func totals() []flatColumn {
	number := func(name string, figure func(Row) results.Number) flatColumn {
		return flatColumn{name, func(_ Group, r Row) string { return table.Number(figure(r), flatPlaces) }}
	}
	count := func(name string, figure func(Row) int64) flatColumn {
		return flatColumn{name, func(_ Group, r Row) string {
			if r.Kind == results.OfPaper && name != "runs" && name != "valid_runs" {
				return table.Missing
			}
			return strconv.FormatInt(figure(r), 10)
		}}
	}
	sure := func(name string, cell func(Uncertainty) string) flatColumn {
		return flatColumn{name, func(_ Group, r Row) string {
			if r.Uncertainty == nil {
				return table.Missing
			}
			return cell(*r.Uncertainty)
		}}
	}
	ranks := func(name string, cell func(stats.RankSet) string) flatColumn {
		return sure(name, func(u Uncertainty) string {
			if u.Ranks == nil || u.Ranks.Low == 0 {
				return table.Missing
			}
			return cell(*u.Ranks)
		})
	}
	columns := []flatColumn{
		number("gain", func(r Row) results.Number { return r.Gain.Mean }),
		number("gain_sd", func(r Row) results.Number { return r.Gain.SD }),
		sure("gain_low", func(u Uncertainty) string { return table.Number(u.Gain.Low, flatPlaces) }),
		sure("gain_high", func(u Uncertainty) string { return table.Number(u.Gain.High, flatPlaces) }),
		ranks("rank_low", func(r stats.RankSet) string { return strconv.Itoa(r.Low) }),
		ranks("rank_high", func(r stats.RankSet) string { return strconv.Itoa(r.High) }),
		ranks("ties", func(r stats.RankSet) string { return r.Letters }),
		sure("on_top", func(u Uncertainty) string { return table.Number(u.Best, flatPlaces) }),
		number("gain_valid", func(r Row) results.Number { return r.GainValid }),
		number("points", func(r Row) results.Number { return r.Points.Mean }),
		number("points_sd", func(r Row) results.Number { return r.Points.SD }),
		number("mats", func(r Row) results.Number { return r.MATS }),
		number("mats_pooled", func(r Row) results.Number { return r.Pooled.Value }),
		number("mats_pooled_low", func(r Row) results.Number { return r.Pooled.Low }),
		number("mats_pooled_high", func(r Row) results.Number { return r.Pooled.High }),
		count("runs", func(r Row) int64 { return int64(r.Runs) }),
		count("valid_runs", func(r Row) int64 { return int64(r.ValidRuns) }),
		count("attempts", func(r Row) int64 { return int64(r.Attempts) }),
		count("valid_attempts", func(r Row) int64 { return int64(r.ValidAttempts) }),
	}
	for _, f := range results.Failures() {
		columns = append(columns, count("failed_"+strings.ReplaceAll(strings.ToLower(string(f)), " ", "_"),
			func(r Row) int64 { return int64(r.Failures[f]) }))
	}
	audited := func(name string, figure func(RowAudit) results.Number) flatColumn {
		return number(name, func(r Row) results.Number {
			if r.Audit == nil {
				return results.Number{}
			}
			return figure(*r.Audit)
		})
	}
	return append(columns,
		count("teacher_calls", func(r Row) int64 { return int64(r.Usage.TeacherCalls) }),
		count("teacher_input_tokens", func(r Row) int64 { return r.Usage.TeacherInput }),
		count("teacher_output_tokens", func(r Row) int64 { return r.Usage.TeacherOutput }),
		count("agent_calls", func(r Row) int64 { return int64(r.Usage.AgentCalls) }),
		count("agent_input_tokens", func(r Row) int64 { return r.Usage.AgentInput }),
		count("agent_output_tokens", func(r Row) int64 { return r.Usage.AgentOutput }),
		number("agent_cost_usd", func(r Row) results.Number { return r.Usage.AgentCost }),
		count("elapsed_seconds", func(r Row) int64 { return int64(r.Elapsed.Seconds()) }),
		number("student_seconds", func(r Row) results.Number { return results.Num(r.Usage.StudentSeconds, r.Kind == results.OfAgent) }),
		number("gpu_seconds", func(r Row) results.Number { return r.Usage.GPUSeconds }),
		number("cost_usd", func(r Row) results.Number { return r.Cost }),
		number("valid_share", func(r Row) results.Number { return r.validShare() }),
		audited("audited_runs", func(a RowAudit) results.Number { return results.Num(float64(a.Runs), true) }),
		audited("flagged_runs", func(a RowAudit) results.Number { return results.Num(float64(a.Flagged), true) }),
		audited("gain_flagged_as_base", func(a RowAudit) results.Number { return a.Gain }),
		audited("points_flagged_as_base", func(a RowAudit) results.Number { return a.Points }),
	)
}
