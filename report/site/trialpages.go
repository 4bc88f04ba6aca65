package site

import (
	"fmt"
	"html"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Bounds on what a trial's pages show. Everything is in the trial's folder.
const (
	shownRows  = 25
	shownWrong = 25
	callsAPage = 200
	partBytes  = 1 << 20 // of calls in a page, about
	mostCalls  = 200_000
)

// trialPages are the pages of one trial.
type trialPages struct {
	site   *Site
	trial  Trial
	view   trial.View
	broken error // why there is nothing to see

	calls   []trial.Call
	parts   []int         // the first call of each page of calls
	texts   []trial.Texts // of each attempt
	changes []change
	audit   *record.Audit
}

// read reads what the pages show beside the view.
func (p *trialPages) read() (err error) {
	dir := p.trial.Dir
	if p.calls, _, err = trial.ReadCalls(dir, 0, "", mostCalls); err != nil {
		return err
	}
	p.parts = partition(p.calls)
	for i := range p.view.Attempts {
		texts, err := trial.ReadTexts(dir, i+1)
		if err != nil {
			return err
		}
		before := ""
		if i > 0 {
			before = p.texts[i-1].Code
		}
		p.texts = append(p.texts, texts)
		p.changes = append(p.changes, compareCode(before, texts.Code, i))
	}
	if a, err := dir.AuditFile().Read(); err == nil {
		p.audit = &a
	}
	return nil
}

// names lists the names of the pages in the trial's folder.
func (p *trialPages) names() []string {
	list := []string{"index.html"}
	if p.broken != nil {
		return list
	}
	for n := range p.view.Attempts {
		list = append(list, attemptPage(n+1))
	}
	for n := range p.callPages() {
		list = append(list, callsPage(n+1))
	}
	if p.callPages() > 1 {
		list = append(list, wordsPage)
	}
	return list
}

func attemptPage(n int) string { return fmt.Sprintf("attempt-%d.html", n) }

func callsPage(n int) string { return fmt.Sprintf("calls-%d.html", n) }

func (p *trialPages) callPages() int { return len(p.parts) }

// partition cuts calls into the pages that show them, which begin at the calls it
// returns: each page has a bound on calls and, but for a single long call, on bytes.
func partition(calls []trial.Call) (starts []int) {
	size := 0
	for i, c := range calls {
		bytes := escaped(c.Prompt) + escaped(c.Answer)
		if i == 0 || i-starts[len(starts)-1] == callsAPage || size+bytes > partBytes {
			starts, size = append(starts, i), 0
		}
		size += bytes
	}
	return starts
}

// escaped is about how many bytes of HTML a page shows of the text.
func escaped(s string) int {
	s = s[:min(len(s), longest)]
	n := len(s)
	for i := range len(s) {
		if strings.IndexByte(`<>&"'+`, s[i]) >= 0 {
			n += 4
		}
	}
	return n
}

// part is the page, from 0, that shows call i, from 0.
func (p *trialPages) part(i int) int {
	n, found := slices.BinarySearch(p.parts, i)
	if found {
		return n
	}
	return n - 1
}

// page is the page of the name in the trial's folder. One that holds a key says so
// instead.
func (p *trialPages) page(name string) ([]byte, error) {
	page, err := p.whole(name)
	if err != nil || p.site.Secret == nil || !p.site.Secret([]byte(html.UnescapeString(string(page)))) {
		return page, err
	}
	return p.render("broken", name, "this page holds a key of yours, and what holds one is not shown; see the trial's folder")
}

// whole makes the page of the name.
func (p *trialPages) whole(name string) ([]byte, error) {
	if p.broken != nil && name == "index.html" {
		return p.render("broken", name, p.broken.Error())
	}
	kind, number, found := strings.Cut(strings.TrimSuffix(name, ".html"), "-")
	n, err := strconv.Atoi(number)
	switch {
	case name == "index.html":
		return p.overview()
	case name == wordsPage && p.callPages() > 1:
		return p.words()
	case err != nil || !found || p.broken != nil || n < 1 || name != kind+"-"+strconv.Itoa(n)+".html":
	case kind == "attempt" && n <= len(p.view.Attempts):
		return p.attempt(n)
	case kind == "calls" && n <= p.callPages():
		return p.callsOf(n)
	}
	return nil, fmt.Errorf("page %s: %w", p.trial.folder()+name, fs.ErrNotExist)
}

func (p *trialPages) render(kind, name string, data any) ([]byte, error) {
	return p.site.render(kind, p.trial.folder()+name, p.trial.String(), "board", trialData{p.trial, p.site.nameOf(p.trial.Agent), agentAddress(p.trial.Agent), data})
}

// trialData is what all pages of a trial have.
type trialData struct {
	Trial
	Name  string // of the agent, shown
	Agent string // address of its page
	Page  any
}

// overviewData is the first page of a trial.
type overviewData struct {
	View     trial.View
	Attempts []timelineRow
	Budgets  []budget
	Rows     rowsShown
	Wrong    wrongShown
	Origins  []share
	Audit    *record.Audit
	Calls    int
	Pages    []string
	Words    string // address of the words of all calls, where there are several pages of them
	Side     string
	Running  bool
}

// timelineRow is an attempt in the list of attempts.
type timelineRow struct {
	trial.Attempt
	Page     string
	Change   change
	Seconds  float64
	Accuracy results.Number // public, as a share
}

// share is a part of a whole, in words and in %.
type share struct {
	Name    string
	N       int
	Percent float64
}

func (p *trialPages) overview() ([]byte, error) {
	v := p.view
	d := overviewData{View: v, Budgets: p.budgets(), Audit: p.audit, Calls: len(p.calls), Side: sideAddress(p.trial), Running: v.End == ""}
	for i, a := range v.Attempts {
		row := timelineRow{Attempt: a, Page: attemptPage(i + 1), Change: p.changes[i]}
		for _, s := range a.Steps {
			row.Seconds += s.Seconds
		}
		if a.Public != nil {
			row.Accuracy = results.Num(a.Public.Accuracy(), a.Public.Total > 0)
		}
		d.Attempts = append(d.Attempts, row)
	}
	for n := range p.callPages() {
		d.Pages = append(d.Pages, callsPage(n+1))
	}
	if len(d.Pages) > 1 {
		d.Words = wordsPage
	}
	if n := p.chosen(); n > 0 {
		var err error
		if d.Rows, err = p.rows(n); err != nil {
			return nil, err
		}
		if d.Wrong, err = p.wrong(n); err != nil {
			return nil, err
		}
	}
	if p.audit != nil && p.audit.Rows > 0 {
		for _, o := range record.Origins() {
			if n := p.audit.Origins[o]; n > 0 {
				d.Origins = append(d.Origins, share{string(o), n, 100 * float64(n) / float64(p.audit.Rows)})
			}
		}
	}
	return p.render("trial", "index.html", d)
}

// chosen is the attempt whose rows the overview shows: the chosen one, or the last that
// was valid so far; 0 for none.
func (p *trialPages) chosen() int {
	if p.view.Best > 0 {
		return p.view.Best
	}
	for i := len(p.view.Attempts); i > 0; i-- {
		if c := p.view.Attempts[i-1].Check; c != nil && c.Valid {
			return i
		}
	}
	return 0
}

// budget is how much of a bound is used.
type budget struct {
	Name, Used, Of string
	Value, Max     float64
}

func (p *trialPages) budgets() []budget {
	b, v := p.view.Budget, p.view
	attempts := b.Attempts
	if p.trial.Workflow == results.Iterative {
		attempts = b.Iterations
	}
	list := []budget{
		{"teacher calls", table.Count(v.Usage.TeacherCalls), table.Count(b.TeacherCalls), float64(v.Usage.TeacherCalls), float64(b.TeacherCalls)},
		{"run time", shortTime(v.Elapsed), shortTime(b.RunTime), v.Elapsed.Seconds(), b.RunTime.Seconds()},
		{"attempts", fmt.Sprint(len(v.Attempts)), fmt.Sprint(attempts), float64(len(v.Attempts)), float64(attempts)},
	}
	if b.AgentTokens > 0 {
		used := v.Usage.AgentInput + v.Usage.AgentOutput
		list = append(list, budget{"agent's tokens", table.Count(int(used)), table.Count(int(b.AgentTokens)), float64(used), float64(b.AgentTokens)})
	}
	if b.AgentCost > 0 && v.Usage.AgentCost.Known {
		list = append(list, budget{"agent's cost, USD", table.Number(v.Usage.AgentCost, 2), fmt.Sprintf("%.2f", b.AgentCost), v.Usage.AgentCost.Value, b.AgentCost})
	}
	return list
}
