package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// groupKey is what outcomes must share to compare, but for the tasks, which each
// domain has its own of.
type groupKey struct {
	suite, protocol, student, teacher string
	studentDigest, protocolDigest     string
	modified                          bool
	experiment                        string
	standing                          Standing // where standings are apart
}

// keyOf is the key of the outcome's group.
func (opts Options) keyOf(o results.Outcome) groupKey {
	k := keyOf(o)
	if opts.Standing {
		k.standing = standingOf(o)
	}
	return k
}

func keyOf(o results.Outcome) groupKey {
	k := groupKey{
		suite: o.Suite, protocol: o.Protocol, student: o.Student, teacher: o.Teacher,
		studentDigest: o.StudentDigest, protocolDigest: o.ProtocolDigest, modified: o.Modified,
	}
	if o.Modified && o.ProtocolDigest == "" { // two changes of a protocol need not be the same
		k.experiment = o.Experiment
	}
	return k
}

// modifiedIn names the experiments that modified the protocol; empty for none.
func (k groupKey) modifiedIn(outcomes []results.Outcome) string {
	if !k.modified {
		return ""
	}
	return strings.Join(experimentsOf(outcomes), ", ")
}

func (k groupKey) compare(other groupKey) int {
	return cmp.Or(cmp.Compare(k.standing.order(), other.standing.order()), cmp.Compare(k.suite, other.suite), cmp.Compare(k.protocol, other.protocol),
		cmp.Compare(k.student, other.student), cmp.Compare(k.teacher, other.teacher),
		cmp.Compare(strconv.FormatBool(k.modified), strconv.FormatBool(other.modified)),
		cmp.Compare(k.experiment, other.experiment),
		cmp.Compare(k.studentDigest, other.studentDigest), cmp.Compare(k.protocolDigest, other.protocolDigest))
}

// grouped deals outcomes to their keys and keeps their order. It counts first: an outcome
// is large, and boards have many.
func grouped[K comparable](outcomes []results.Outcome, key func(results.Outcome) K) (keys []K, members map[K][]results.Outcome) {
	number, of, sizes := map[K]int{}, make([]int, len(outcomes)), []int{}
	for i, o := range outcomes {
		k := key(o)
		n, known := number[k]
		if !known {
			n = len(keys)
			number[k], keys, sizes = n, append(keys, k), append(sizes, 0)
		}
		of[i] = n
		sizes[n]++
	}
	lists := make([][]results.Outcome, len(keys))
	for n, size := range sizes {
		lists[n] = make([]results.Outcome, 0, size)
	}
	for i, n := range of {
		lists[n] = append(lists[n], outcomes[i])
	}
	members = make(map[K][]results.Outcome, len(keys))
	for n, k := range keys {
		members[k] = lists[n]
	}
	return keys, members
}

// addGiven adds the given submissions to every group that differs from theirs by
// the teacher at most, and makes a group of those that have none.
func addGiven(byKey map[groupKey][]results.Outcome, outcomes []results.Outcome, opts Options) {
	groups := map[groupKey][]groupKey{} // by key without the teacher
	for k := range byKey {
		bare := k
		bare.teacher = ""
		groups[bare] = append(groups[bare], k)
	}
	for _, o := range outcomes {
		if o.Kind != results.OfGiven {
			continue
		}
		bare := opts.keyOf(o)
		bare.teacher = ""
		if len(groups[bare]) == 0 {
			groups[bare] = []groupKey{bare}
		}
		for _, k := range groups[bare] {
			byKey[k] = append(byKey[k], o)
		}
	}
}

// taskSet is outcomes with one task a domain.
type taskSet struct {
	experiment string // of the first
	tasks      map[results.Domain]string
	outcomes   []*results.Outcome // large, and there are many
}

// values are the outcomes themselves.
func (s *taskSet) values() []results.Outcome {
	list := make([]results.Outcome, len(s.outcomes))
	for i, o := range s.outcomes {
		list[i] = *o
	}
	return list
}

// splitByTasks parts outcomes so that no domain has two tasks in a part. An
// experiment stays together, unless it has two itself. Where submissions of strangers
// stand, a part has one base student's answers and one set of domains, too: nobody's row
// changes how another's is ranked.
func splitByTasks(outcomes []results.Outcome, opts Options) [][]results.Outcome {
	ordered := make([]*results.Outcome, len(outcomes))
	for i := range outcomes {
		ordered[i] = &outcomes[i]
	}
	byTask := func(a, b *results.Outcome) int {
		return cmp.Or(cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.TaskDigest, b.TaskDigest))
	}
	slices.SortStableFunc(ordered, byTask)
	var experiments, parts []*taskSet
	for len(ordered) > 0 {
		o, n := ordered[0], 1
		for n < len(ordered) && byTask(o, ordered[n]) == 0 {
			n++
		}
		task := o.TaskDigest
		if opts.Standing {
			task = fmt.Sprint(o.TaskDigest, o.BasePrivate)
		}
		one := &taskSet{o.Experiment, map[results.Domain]string{o.Domain: task}, slices.Clone(ordered[:n])}
		ordered = ordered[n:]
		experiments = place(experiments, one, func(s *taskSet) bool { return s.experiment == o.Experiment })
	}
	for _, e := range experiments {
		parts = place(parts, e, func(s *taskSet) bool {
			return !opts.Standing || slices.Equal(domainsOf(s.values(), opts.Expected), domainsOf(e.values(), opts.Expected))
		})
	}
	var split [][]results.Outcome
	for _, p := range parts {
		split = append(split, p.values())
	}
	return split
}

// place adds s to the first set that may hold it and has no other task for any
// of its domains, or else to the end of the sets.
func place(sets []*taskSet, s *taskSet, may func(*taskSet) bool) []*taskSet {
	for _, set := range sets {
		if !may(set) || !set.agrees(s) {
			continue
		}
		for d, task := range s.tasks {
			set.tasks[d] = task
		}
		set.outcomes = append(set.outcomes, s.outcomes...)
		return sets
	}
	return append(sets, s)
}

func (s *taskSet) agrees(other *taskSet) bool {
	for d, task := range other.tasks {
		if known, ok := s.tasks[d]; ok && known != task {
			return false
		}
	}
	return true
}

// taskOf is the digest of the domain's task in outcomes that share it.
func taskOf(d results.Domain, outcomes []results.Outcome) string {
	for _, o := range outcomes {
		if o.Domain == d {
			return o.TaskDigest
		}
	}
	return ""
}
