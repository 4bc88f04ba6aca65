package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// between experiments in the name of a row that pools them; no experiment's name has it.
const poolSign = "+"

// termsKey is what outcomes of several experiments share that are runs of one row.
type termsKey struct {
	agent, terms string
	workflow     results.Workflow
	setting      results.Setting
}

// pool makes one row of the trials of several experiments with equal terms: their
// Experiment becomes the names of all of them. A trial that two experiments have, with
// equal seed and rows or an equal seal, counts once, and notes say so. An experiment of
// which a run of the row changed stands apart, so that it takes no rank from the others.
// So does an unpacked bundle, and what one's own experiments have too is theirs.
func pool(outcomes []results.Outcome) (pooled []results.Outcome, notes []string) {
	outcomes, notes = ownFirst(outcomes)
	pooled = make([]results.Outcome, 0, len(outcomes))
	rows := map[termsKey][]results.Outcome{}
	var keys []termsKey
	changed := map[rowKey]bool{}
	for _, o := range outcomes {
		changed[keyOfRow(o)] = changed[keyOfRow(o)] || o.Changed != ""
	}
	for _, o := range outcomes {
		if o.Kind != results.OfAgent || o.Terms == "" || o.Unpacked || changed[keyOfRow(o)] {
			pooled = append(pooled, o)
			continue
		}
		k := keyOfTerms(o)
		if rows[k] == nil {
			keys = append(keys, k)
		}
		rows[k] = append(rows[k], o)
	}
	twice, runs := map[[2]string]int{}, map[string]map[string]int{}
	for _, k := range keys {
		members := onlyOnce(rows[k], twice)
		name := strings.Join(experimentsOf(members), poolSign)
		for _, o := range members {
			if strings.Contains(name, poolSign) {
				if runs[name] == nil {
					runs[name] = map[string]int{}
				}
				runs[name][o.Experiment]++
				o.Experiment = name
			}
			pooled = append(pooled, o)
		}
	}
	for name, of := range runs {
		var parts []string
		for _, experiment := range strings.Split(name, poolSign) {
			parts = append(parts, fmt.Sprintf("%d of %s", of[experiment], experiment))
		}
		notes = append(notes, fmt.Sprintf("rows of %s pool trials of experiments with equal terms: %s", name, strings.Join(parts, ", ")))
	}
	for pair, n := range twice {
		notes = append(notes, fmt.Sprintf("%d trials of %s are those of %s, by equal seed and rows or an equal seal, and count once", n, pair[0], pair[1]))
	}
	slices.Sort(notes)
	return pooled, notes
}

func keyOfTerms(o results.Outcome) termsKey {
	return termsKey{o.Agent, o.Terms, o.Workflow, o.Setting}
}

// ownFirst leaves out the trials of unpacked bundles that an experiment of one's own has
// too: whoever made the bundle may have changed them.
func ownFirst(outcomes []results.Outcome) (list []results.Outcome, notes []string) {
	if !slices.ContainsFunc(outcomes, func(o results.Outcome) bool { return o.Unpacked }) {
		return outcomes, nil
	}
	type trial struct {
		termsKey
		identity string
	}
	own, twice := map[trial]string{}, map[[2]string]int{}
	for _, o := range outcomes {
		for _, identity := range identities(o) {
			at := trial{keyOfTerms(o), identity}
			if was, known := own[at]; !o.Unpacked && (!known || o.Experiment < was) {
				own[at] = o.Experiment
			}
		}
	}
	for _, o := range outcomes {
		of := ""
		for _, identity := range identities(o) {
			of = cmp.Or(of, own[trial{keyOfTerms(o), identity}])
		}
		if o.Unpacked && of != "" {
			twice[[2]string{o.Experiment, of}]++
			continue
		}
		list = append(list, o)
	}
	for pair, n := range twice {
		notes = append(notes, fmt.Sprintf("%d trials of %s, unpacked from a bundle, are those of %s, and count as these", n, pair[0], pair[1]))
	}
	return list, notes
}

// onlyOnce leaves out the trials of a row that another experiment has too, and counts
// them by the two experiments. What is scored goes first.
func onlyOnce(outcomes []results.Outcome, twice map[[2]string]int) (list []results.Outcome) {
	outcomes = slices.Clone(outcomes)
	slices.SortStableFunc(outcomes, func(a, b results.Outcome) int {
		scored := func(o results.Outcome) int {
			if o.Final().Known {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(scored(a), scored(b)), cmp.Compare(a.Experiment, b.Experiment))
	})
	first := map[string]string{} // experiment by what identifies a trial
	for _, o := range outcomes {
		of := ""
		for _, identity := range identities(o) {
			if was := first[identity]; was != "" && was != o.Experiment {
				of = was
			}
		}
		if of != "" {
			twice[[2]string{o.Experiment, of}]++
			continue
		}
		for _, identity := range identities(o) {
			first[identity] = o.Experiment
		}
		list = append(list, o)
	}
	return list
}

// identities are what no other trial of the row has.
func identities(o results.Outcome) (list []string) {
	if o.Rows != "" {
		list = append(list, fmt.Sprintf("rows %s of seed %d in %s", o.Rows, o.Seed, o.Domain))
	}
	if o.Seal != "" {
		list = append(list, "seal "+o.Seal)
	}
	return list
}

// experimentsOf lists the experiments of the outcomes, sorted.
func experimentsOf(outcomes []results.Outcome) (names []string) {
	for _, o := range outcomes {
		names = append(names, o.Experiment)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
