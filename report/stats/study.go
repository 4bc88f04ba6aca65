package stats

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Study is a set of entries that are compared with each other: every entry's
// cells in the same domains, over the same base student. Its results do not
// depend on the order of the cells.
type Study struct {
	entries []Entry          // sorted
	domains []results.Domain // as given
	cells   [][]*Cell        // by entry and domain; nil where there is none
	prior   RunPrior
	metric  Metric
	tests   *tests
}

// NewStudy makes a study of cells in the given domains, which ranks by gain. The prior may be fitted
// to more cells than these. It reports an error for two cells of an entry in one
// domain, a domain that is not listed, or two base students in one domain.
func NewStudy(domains []results.Domain, cells []*Cell, prior RunPrior) (*Study, error) {
	s := &Study{domains: domains, prior: prior, metric: ByGain, tests: &tests{by: map[Metric][]tested{}}}
	for _, c := range cells {
		if !slices.Contains(s.entries, c.entry) {
			s.entries = append(s.entries, c.entry)
		}
	}
	slices.SortFunc(s.entries, Entry.compare)
	s.cells = make([][]*Cell, len(s.entries))
	for i := range s.cells {
		s.cells[i] = make([]*Cell, len(domains))
	}
	for _, c := range cells {
		i, d := slices.Index(s.entries, c.entry), slices.Index(domains, c.domain)
		if d < 0 {
			return nil, fmt.Errorf("%s: domain %s is not one of %v", c.entry, c.domain, domains)
		}
		if s.cells[i][d] != nil {
			return nil, fmt.Errorf("%s has two cells in %s", c.entry, c.domain)
		}
		s.cells[i][d] = c
	}
	for d := range domains {
		if err := sameBase(s.inDomain(d)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// sameBase reports an error unless all cells of a domain, of which some may be
// nil, have the same base student on the same items.
func sameBase(cells []*Cell) error {
	var first, answers *Cell
	for _, c := range cells {
		if c == nil {
			continue
		}
		if first == nil {
			first = c
		}
		if c.paired() && answers == nil {
			answers = c
		}
		if c.items != first.items || math.Abs(c.base-first.base) > 1e-9 ||
			c.paired() && (!slices.Equal(c.answers, answers.answers) || !slices.Equal(c.groupOf, answers.groupOf)) {
			return fmt.Errorf("%s: %s and %s have different base students or items; they cannot be compared", c.domain, first.entry, c.entry)
		}
	}
	return nil
}

// By is the study with another figure to rank and test by.
func (s *Study) By(m Metric) *Study {
	c := *s
	c.metric = m
	return &c
}

// FewRight is the number of right answers of the base student below which a relative
// gain says too little (protocol.md section 8).
const FewRight = 10

// Ranked is the study by points if the base student has fewer than [FewRight] right
// answers in any domain, otherwise by gain.
func (s *Study) Ranked() *Study {
	for d := range s.domains {
		if b := s.base(d); b.Known && b.Value*float64(s.items(d)) < FewRight-1e-6 {
			return s.By(ByPoints)
		}
	}
	return s.By(ByGain)
}

// items is the number of items of a domain.
func (s *Study) items(d int) int {
	for _, c := range s.inDomain(d) {
		if c != nil {
			return c.items
		}
	}
	return 0
}

// Metric is the figure that the study ranks and tests by.
func (s *Study) Metric() Metric { return s.metric }

// Entries lists the entries in the order of all results: by agent, workflow and
// setting.
func (s *Study) Entries() []Entry { return slices.Clone(s.entries) }

// inDomain is the column of a domain.
func (s *Study) inDomain(d int) []*Cell {
	column := make([]*Cell, len(s.entries))
	for i := range s.entries {
		column[i] = s.cells[i][d]
	}
	return column
}

// base is the base student's accuracy in a domain, a share.
func (s *Study) base(d int) results.Number {
	for _, c := range s.inDomain(d) {
		if c != nil {
			return results.Num(c.base, true)
		}
	}
	return results.Number{}
}

// average is the mean of a figure of an entry's cells over the domains, missing
// when any is.
func (s *Study) average(entry int, figure func(*Cell) results.Number) results.Number {
	values := make([]results.Number, len(s.domains))
	for d, c := range s.cells[entry] {
		if c != nil {
			values[d] = figure(c)
		}
	}
	return results.Mean(values)
}

// value is an entry's average of the metric, as it is shown.
func (s *Study) value(entry int) results.Number {
	v := s.average(entry, s.metric.figure)
	return results.Num(s.metric.shown(v.Value), v.Known)
}

// point is an entry's average of the metric, with its runs and why it is missing.
func (s *Study) point(entry int) Estimate {
	e := Estimate{Interval: Interval{Value: s.value(entry)}}
	for d, c := range s.cells[entry] {
		if c == nil {
			e.warn("no score in %s yet", s.domains[d])
			e.N = 0
			continue
		}
		if why := s.metric.undefined(c); why != "" {
			e.warn("%s", why)
		}
		if d == 0 || len(c.runs) < e.N {
			e.N = len(c.runs)
		}
	}
	return e
}

// gain is point with what is doubtful about its limits, which it lacks.
func (s *Study) gain(entry int) Estimate {
	e := s.point(entry)
	for _, c := range s.cells[entry] {
		if c != nil {
			c.caution(&e, s.prior)
		}
	}
	if s.neverValid(entry) {
		e.warn(warnNeverValid)
	}
	return e
}

// Obstacles says of each entry why it has no interval, in the order of [Study.Entries];
// nothing where it has one.
func (s *Study) Obstacles() []string {
	all := make([]string, len(s.entries))
	for i := range all {
		all[i] = s.obstacle(i)
	}
	return all
}

// Obstacle is that of an entry.
func (s *Study) Obstacle(e Entry) string {
	if i := slices.Index(s.entries, e); i >= 0 {
		return s.obstacle(i)
	}
	return "not scored yet"
}

// obstacle is the one place that decides why an entry has no interval.
func (s *Study) obstacle(entry int) string {
	switch why := s.unknown(entry); {
	case why != "":
		return why
	case s.neverValid(entry):
		return warnNeverValid
	case !s.prior.Scale.Known:
		return warnNoPrior
	}
	return ""
}

// unknown is why an entry has no figure at all.
func (s *Study) unknown(entry int) string {
	e := s.point(entry)
	if e.Value.Known {
		return ""
	}
	return strings.Join(e.Warnings, "; ")
}

// bounded reports whether an entry has an interval.
func (s *Study) bounded(entry int) bool { return s.obstacle(entry) == "" }

// neverValid reports whether no run of an entry has a valid submission.
func (s *Study) neverValid(entry int) bool {
	return !slices.ContainsFunc(s.cells[entry], func(c *Cell) bool { return c == nil || c.valid > 0 })
}
