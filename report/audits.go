package report

import (
	"fmt"
	"strconv"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Audit is a trial's audit, with its rows where they are asked for.
type Audit struct {
	record.Audit
	Rows []AuditRow
}

// AuditRow is a row of a submission with where it comes from.
type AuditRow struct {
	N         int
	Origin    record.Origin
	Operation string
	Call      string
	Question  string
}

// Audits shows audits: figures, findings that are not clean, and rows that are not word
// for word the teacher's.
func Audits(list []Audit) []table.Table {
	tables := []table.Table{*auditFigures(list), *auditFindings(list)}
	for _, a := range list {
		if a.Rows != nil {
			tables = append(tables, *auditRows(a))
		}
	}
	return tables
}

// auditGrid starts a table with a trial's columns.
func auditGrid(title string, heads ...string) (*table.Table, func(Audit, ...string)) {
	t := table.New(title, 5, append([]string{"agent", "domain", "workflow", "setting", ">run"}, heads...)...)
	return t, func(a Audit, cells ...string) {
		id := a.Trial
		t.Add(append([]string{id.Agent, string(id.Domain), string(id.Workflow), string(id.Setting), strconv.Itoa(id.Run)}, cells...)...)
	}
}

func auditFigures(list []Audit) *table.Table {
	t, add := auditGrid("Audit: origin of the rows", "!level", ">rows", ">teacher", ">processed", ">seed", ">public", ">code", ">unknown", ">repeats", ">in public", ">in private")
	for _, a := range list {
		share := func(n int) string {
			return table.Number(results.Num(100*float64(n)/float64(max(1, a.Audit.Rows)), a.Audit.Rows > 0), 1)
		}
		cells := []string{string(a.Level), strconv.Itoa(a.Audit.Rows)}
		for _, o := range record.Origins() {
			cells = append(cells, share(a.Origins[o]))
		}
		cells = append(cells, share(a.Repeats))
		for _, name := range []string{"public", "private"} {
			o, ok := a.Sets[name]
			cell := table.Missing
			if ok {
				cell = share(o.Copies + o.Paraphrases)
			}
			cells = append(cells, cell)
		}
		add(a, cells...)
	}
	t.Note("In %% of the rows that are trained on. Teacher: word for word in an answer of the trial's teacher; processed: nearly. Seed, public: questions copied from there; " +
		"code: in the agent's program; unknown: unexplained; repeats: beyond those that the teacher told; in public, in private: a question of the set, whole or in other words.")
	return t
}

// mostExplained is how many findings are explained below their table.
const mostExplained = 20

func auditFindings(list []Audit) *table.Table {
	t, add := auditGrid("Audit: findings", "!level", "!rule")
	var texts []string
	for _, a := range list {
		sum := results.Sum(a.Rules, a.Findings)
		for _, f := range sum.Findings {
			add(a, string(f.Level), f.Rule)
			texts = append(texts, fmt.Sprintf("%s, %s: %s", a.Trial, f.Rule, f.Text))
		}
		if sum.Level == results.Clean {
			add(a, string(results.Clean), table.Missing)
		}
	}
	for _, text := range texts[:min(mostExplained, len(texts))] {
		t.Note("%s.", text)
	}
	if more := len(texts) - mostExplained; more > 0 {
		t.Note("And %d more; --json explains all.", more)
	}
	t.Note("Rules of version %d. Their thresholds were measured on simulated trials, and are provisional for real LLMs (bench/doc/audit.md).", rulesOf(list))
	return t
}

func rulesOf(list []Audit) (version int) {
	for _, a := range list {
		version = max(version, a.Rules)
	}
	return version
}

func auditRows(a Audit) *table.Table {
	t := table.New(fmt.Sprintf("Rows of %s that are not word for word the teacher's", a.Trial), 1, ">row", "origin", "operation", "call", "question")
	for _, r := range a.Rows {
		if r.Origin != record.TeacherMade {
			t.Add(strconv.Itoa(r.N), string(r.Origin), orMissing(r.Operation), orMissing(r.Call), r.Question)
		}
	}
	return t
}
