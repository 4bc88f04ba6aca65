package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// A row's full name is experiment:agent/workflow/setting. The experiment may be left
// out, and so may what stands at the end, as long as one row is left.

// RowNames lists the full names of all rows, sorted.
func (b Board) RowNames() []string {
	var names []string
	for _, g := range b.Groups {
		for _, r := range g.Rows {
			names = append(names, r.fullName())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (r Row) fullName() string { return r.rowKey().entry().Name() }

// pick finds the one group that has one row of each name.
func (b Board) pick(names ...string) (Group, []*Row, error) {
	var groups []Group
	var found [][]*Row
	of := make([][]Group, len(names))       // groups with one row of each
	several := make([][]string, len(names)) // full names of the rows that each fits, where they are several
	for _, g := range b.Groups {
		var rows []*Row
		complete := true
		for i, name := range names {
			fitting := g.fitting(name)
			complete = complete && len(fitting) > 0
			if len(fitting) == 1 {
				rows, of[i] = append(rows, fitting[0]), append(of[i], g)
				continue
			}
			for _, r := range fitting {
				several[i] = append(several[i], r.fullName())
			}
		}
		if complete && len(rows) == len(names) {
			groups, found = append(groups, g), append(found, rows)
		}
	}
	if len(groups) == 1 {
		return groups[0], found[0], nil
	}
	if len(groups) == 0 && len(names) == 2 && len(of[0]) == 1 && len(of[1]) == 1 {
		return Group{}, nil, results.Bad(fmt.Errorf("%q and %q do not compare: %s", names[0], names[1], strings.Join(of[0][0].unlike(of[1][0]), "; ")),
			"rows compare if they share suite, protocol, teacher, student and tasks")
	}
	return Group{}, nil, notOne(len(groups), names, several)
}

// unlike lists what the rows of two groups differ in.
func (g Group) unlike(other Group) (differ []string) {
	say := func(what, a, b string) {
		if a != b {
			differ = append(differ, fmt.Sprintf("%s %s and %s", what, orMissing(a), orMissing(b)))
		}
	}
	say("suite", g.Suite, other.Suite)
	say("protocol", g.Protocol, other.Protocol)
	say("budgets or recipe", g.ProtocolIs, other.ProtocolIs)
	say("teacher", g.Teacher, other.Teacher)
	say("student", g.Student, other.Student)
	say("weights of the student", g.StudentIs, other.StudentIs)
	say("modified in", g.Experiment, other.Experiment)
	say("standing", string(g.Standing), string(other.Standing))
	for _, d := range g.Domains {
		for _, o := range other.Domains {
			if d.Domain == o.Domain {
				say("task of "+string(d.Domain), d.Task, o.Task)
			}
		}
	}
	return differ
}

// notOne is the error for names of rows that no ranking has, or several.
func notOne(rankings int, names []string, several [][]string) error {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
		if rankings == 0 && len(several[i]) > 0 {
			return results.Bad(fmt.Errorf("%q fits %s", name, strings.Join(several[i], ", ")), "name one of them in full")
		}
	}
	which := strings.Join(quoted, " and ")
	if len(names) == 2 {
		which = "both " + which
	}
	if rankings == 0 {
		return results.Bad(fmt.Errorf("no ranking has %s", which), "see the rows with: autodatabench leaderboard")
	}
	return results.Bad(fmt.Errorf("%d rankings have %s", rankings, which), "name the rows in full, as experiment:agent/workflow/setting, or choose with --experiment")
}

// fitting lists the rows that the name fits: the one of this full name, or else all
// whose names go on with a slash.
func (g Group) fitting(name string) (rows []*Row) {
	for i := range g.Rows {
		full := g.Rows[i].fullName()
		if full == name {
			return []*Row{&g.Rows[i]}
		}
		short := full[strings.Index(full, ":")+1:]
		fits := []string{short, full}
		for _, experiment := range strings.Split(g.Rows[i].Experiment, poolSign) { // any of those that a row pools
			fits = append(fits, experiment+":"+short)
		}
		if slices.ContainsFunc(fits, func(f string) bool { return f == name || strings.HasPrefix(f, name+"/") }) {
			rows = append(rows, &g.Rows[i])
		}
	}
	return rows
}

// Showing is the board with only the rows that the names fit, each named as
// [Board.RowNames] has it or by a part of that. Ranks, intervals and ties stay those
// among all rows. It reports results.Bad for a name that fits no row.
func (b Board) Showing(names ...string) (Board, error) {
	if len(names) == 0 {
		return b, nil
	}
	found := map[string]bool{}
	shown := b
	shown.Groups = nil
	for _, g := range b.Groups {
		var rows []Row
		keep := map[rowKey]bool{}
		for _, name := range names {
			for _, r := range g.fitting(name) {
				keep[r.rowKey()], found[name] = true, true
			}
		}
		for _, r := range g.Rows {
			if keep[r.rowKey()] {
				rows = append(rows, r)
			}
		}
		if rows != nil {
			g.Rows = rows
			shown.Groups = append(shown.Groups, g)
		}
	}
	for _, name := range names {
		if !found[name] {
			return Board{}, notOne(0, []string{name}, [][]string{nil})
		}
	}
	return shown, nil
}
