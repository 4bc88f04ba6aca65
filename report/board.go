package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// Options says what a leaderboard expects.
type Options struct {
	Domains  []results.Domain             // that make a complete row, in order; by default those of the runs and Expected
	Expected map[string][]results.Domain  // that an experiment was to have, by its name
	Names    map[string]string            // agents' display names by agent; by default the agent's own
	Titles   map[string]map[string]string // agents' display names in one experiment alone, by its name
	Heads    map[string]string            // of the experiments' logs of scores, short digests by experiment
	Looks    map[string][]results.Look    // of experiments that run until pairs are decided
	Draws    int                          // of every interval; by default stats.Draws
	Standing bool                         // outcomes of different standing are groups of their own
	Averages bool                         // rank sets and ties by the other averages, too
}

// Board is a leaderboard: a ranking for every group of outcomes that compare.
type Board struct {
	Statistics int     `json:"statistics"` // version of the methods
	Groups     []Group `json:"groups"`
}

// Group is a ranking of outcomes with the same suite, protocol, teacher, student
// and tasks: their names and, where they are known, their digests. Experiments that left
// their protocol in ways that are not known to be the same are groups of their own. A given submission has no
// teacher, so it stands in every group that it else belongs to.
type Group struct {
	Standing   Standing     `json:"standing,omitempty"` // of all rows, where standings are apart
	Suite      string       `json:"suite"`
	Protocol   string       `json:"protocol"`
	Modified   bool         `json:"modified"`
	Experiment string       `json:"experiment,omitempty"` // of a modified protocol; several are joined with commas
	Teacher    string       `json:"teacher"`
	Student    string       `json:"student"`
	StudentIs  string       `json:"student_digest,omitempty"`
	ProtocolIs string       `json:"protocol_digest,omitempty"`
	Domains    []DomainBase `json:"domains"`
	RankedBy   stats.Metric `json:"ranked_by"`           // gain, or points where the base student has too few right answers
	FewRight   string       `json:"few_right,omitempty"` // why it is points
	Rows       []Row        `json:"rows"`
	Warnings   []string     `json:"warnings,omitempty"`
	Others     []OtherRanks `json:"other_ranks,omitempty"` // by the other averages, where they were asked for

	Heads map[string]string         `json:"heads,omitempty"` // of the experiments' logs of scores, short digests
	Looks map[string][]results.Look `json:"looks,omitempty"` // of experiments that run until pairs are decided

	study   *stats.Study // of all rows; nil where nothing is known
	ranked  *stats.Study // of the rows with a rank
	noStudy error        // why there is none
}

// DomainBase is a domain with the base student's accuracy, a share; it is
// missing when the trials of the group do not agree on it.
type DomainBase struct {
	Domain results.Domain `json:"domain"`
	Base   results.Number `json:"base"`
	Task   string         `json:"task_digest,omitempty"`
}

// Leaderboard ranks the outcomes, one row for each agent, workflow and setting
// of an experiment, or of several with equal terms.
func Leaderboard(outcomes []results.Outcome, opts Options) Board {
	ofAgents := outcomes
	if slices.ContainsFunc(outcomes, given) {
		ofAgents = slices.DeleteFunc(slices.Clone(outcomes), given)
	}
	_, byKey := grouped(ofAgents, opts.keyOf)
	addGiven(byKey, outcomes, opts)
	keys := make([]groupKey, 0, len(byKey))
	for k := range byKey {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, groupKey.compare)
	names := opts.shown(outcomes)
	board := Board{Statistics: stats.Version, Groups: []Group{}}
	for _, k := range keys {
		for _, same := range splitByTasks(byKey[k], opts) {
			board.Groups = append(board.Groups, newGroup(k, same, opts, names))
		}
	}
	return board
}

// given reports an outcome of a submission that no agent made.
func given(o results.Outcome) bool { return o.Kind == results.OfGiven }

func agentsOf(outcomes []results.Outcome) []string {
	agents := make([]string, len(outcomes))
	for i, o := range outcomes {
		agents[i] = o.Agent
	}
	return agents
}

func newGroup(k groupKey, outcomes []results.Outcome, opts Options, names shown) Group {
	g := Group{
		Standing: k.standing,
		Suite:    k.suite, Protocol: k.protocol, Modified: k.modified, Experiment: k.modifiedIn(outcomes),
		Teacher: k.teacher, Student: k.student, StudentIs: k.studentDigest, ProtocolIs: k.protocolDigest, RankedBy: stats.ByGain,
	}
	domains := opts.Domains
	if len(domains) == 0 {
		domains = domainsOf(outcomes, opts.Expected)
	}
	for _, d := range domains {
		base, warning := commonBase(d, outcomes)
		if warning != "" {
			g.Warnings = append(g.Warnings, warning)
		}
		if few := fewRight(d, outcomes); few != "" && g.FewRight == "" {
			g.RankedBy, g.FewRight = stats.ByPoints, few
		}
		g.Domains = append(g.Domains, DomainBase{Domain: d, Base: base, Task: taskOf(d, outcomes)})
	}
	g.Heads, g.Looks = headsOf(outcomes, opts.Heads), looksOf(outcomes, opts.Looks)
	if names := unproven(outcomes); len(names) > 0 {
		g.Warnings = append(g.Warnings, fmt.Sprintf("nothing proves that no score of %s was changed: the folder is of format 1, or not there", strings.Join(names, ", ")))
	}
	outcomes, notes := pool(outcomes)
	g.Warnings = append(g.Warnings, notes...)
	g.Rows = newRows(outcomes, domains, names)
	rank(g.Rows, g.RankedBy)
	rankAudited(g.Rows, g.RankedBy)
	g.reliability(outcomes, domains)
	g.uncertainty(outcomes, domains, cmp.Or(opts.Draws, stats.Draws))
	if opts.Averages {
		g.otherRanks()
	}
	return g
}

// domainsOf lists the domains of the outcomes and those expected of their
// experiments: the paper's first, in its order, then others by name.
func domainsOf(outcomes []results.Outcome, expected map[string][]results.Domain) []results.Domain {
	var others []results.Domain
	seen := map[results.Domain]bool{}
	for _, o := range outcomes {
		domains := []results.Domain{o.Domain}
		if o.Kind == results.OfAgent { // `evaluate` is asked for one domain at a time
			domains = append(domains, expected[o.Experiment]...)
		}
		for _, d := range domains {
			if !seen[d] && !slices.Contains(results.Domains(), d) {
				others = append(others, d)
			}
			seen[d] = true
		}
	}
	slices.Sort(others)
	domains := slices.DeleteFunc(results.Domains(), func(d results.Domain) bool { return !seen[d] })
	return append(domains, others...)
}

// headsOf are the heads of the outcomes' experiments, as far as they are known; nil for
// none.
func headsOf(outcomes []results.Outcome, known map[string]string) map[string]string {
	var heads map[string]string
	for _, o := range outcomes {
		if head := known[o.Experiment]; head != "" {
			if heads == nil {
				heads = map[string]string{}
			}
			heads[o.Experiment] = head
		}
	}
	return heads
}

// unproven lists the experiments whose scores nothing proves.
func unproven(outcomes []results.Outcome) []string {
	names := map[string]bool{}
	for _, o := range outcomes {
		if o.Unproven {
			names[o.Experiment] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func commonBase(d results.Domain, outcomes []results.Outcome) (base results.Number, warning string) {
	var low, high results.Number
	for _, o := range outcomes {
		b := o.Result().Base
		if o.Domain != d || !b.Known {
			continue
		}
		if !low.Known || b.Value < low.Value {
			low = b
		}
		if !high.Known || b.Value > high.Value {
			high = b
		}
	}
	if low != high {
		return results.Number{}, fmt.Sprintf("base accuracy of %s differs between trials, %.2f to %.2f %%: each gain is relative to its own",
			d, 100*low.Value, 100*high.Value)
	}
	return low, ""
}

// fewRight says so where the base student has too few right answers in a domain for a
// relative gain (protocol.md section 8).
func fewRight(d results.Domain, outcomes []results.Outcome) string {
	for _, o := range outcomes {
		b := o.BasePrivate
		switch {
		case o.Domain != d || b.Total == 0 || b.Correct >= stats.FewRight:
		case b.Correct == 1:
			return fmt.Sprintf("the base student has 1 right answer of %d in %s", b.Total, d)
		default:
			return fmt.Sprintf("the base student has %d right answers of %d in %s", b.Correct, b.Total, d)
		}
	}
	return ""
}

// rank sorts the rows, best first, those without a value last, and numbers
// those of agents; equal values share a rank.
func rank(rows []Row, by stats.Metric) {
	value := func(r Row) results.Number {
		n := r.Gain.Mean
		if by == stats.ByPoints {
			n = r.Points.Mean
		}
		n.Value = math.Round(n.Value * 1e9) // else equal means of other sums could differ
		return n
	}
	slices.SortFunc(rows, func(a, b Row) int {
		x, y := value(a), value(b)
		if x.Known != y.Known {
			if x.Known {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(y.Value, x.Value), a.rowKey().compare(b.rowKey()))
	})
	place := 0
	var before *Row // with a rank
	for i := range rows {
		if rows[i].Kind == results.OfGiven || !value(rows[i]).Known {
			continue
		}
		place++
		rows[i].Rank = place
		if before != nil && value(*before) == value(rows[i]) {
			rows[i].Rank = before.Rank
		}
		before = &rows[i]
	}
}
