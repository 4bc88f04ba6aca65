package mini

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// Suite is the name of the embedded suite.
const Suite = "mini"

// The suite's sizes, in questions, and the seed that fixes what is drawn.
const (
	publicItems  = 100
	PrivateItems = 300
	poolItems    = 400
	suiteSeed    = 20260530
)

// Load returns the domain's task: the same on every machine.
func Load(d results.Domain) (tasks.Task, error) {
	if len(Families(d)) == 0 {
		return tasks.Task{}, results.Bad(fmt.Errorf("suite %s has no domain %q", Suite, string(d)),
			"the domains of suite mini are science, code and finance")
	}
	t := tasks.Task{Name: string(d), Suite: Suite, Brief: brief(d), Evaluator: Evaluator(d)}
	public, err := Items(d, Public, Draw(d, Public, publicItems, PublicWordings))
	if err != nil {
		return tasks.Task{}, err
	}
	t.Public = public
	for _, i := range Draw(d, Pool, poolItems, PublicWordings) {
		t.Seed = append(t.Seed, i.Question())
	}
	t.Digest, err = tasks.Digest(t, Suite+"/"+string(d))
	return t, err
}

// PublicWordings are the family's own wordings, for [Draw].
func PublicWordings(_ int, f *Family) []string { return f.Wording }

// Draw returns n instances of the split, no two with one key: families in
// proportion to their weight, shuffled, fixed by the suite's seed. wordings
// gives the templates that the i-th instance, counted family by family, may be
// worded by.
func Draw(d results.Domain, split Split, n int, wordings func(i int, f *Family) []string) []Instance {
	name := fnv.New64a()
	name.Write([]byte(string(d) + "/" + string(split)))
	r := rand.New(rand.NewPCG(suiteSeed, name.Sum64()))
	families := Families(d)
	var drawn []Instance
	seen := map[string]bool{}
	for i, count := range apportion(families, n) {
		for f := families[i]; count > 0; {
			v := f.DrawIn(r, split)
			if key := f.Key(v); !seen[key] {
				seen[key] = true
				drawn = append(drawn, Instance{f, v, choose(r, wordings(len(drawn), f))})
				count--
			}
		}
	}
	r.Shuffle(n, func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	return drawn
}

// apportion divides n among the families by weight; what the quotients leave
// over goes to the largest remainders.
func apportion(families []*Family, n int) []int {
	total := 0
	for _, f := range families {
		total += f.Weight
	}
	counts, order, left := make([]int, len(families)), make([]int, len(families)), n
	for i, f := range families {
		counts[i], order[i] = n*f.Weight/total, i
		left -= counts[i]
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return n*families[j].Weight%total - n*families[i].Weight%total
	})
	for _, i := range order[:left] {
		counts[i]++
	}
	return counts
}

// Items turns instances into questions with answers, named
// "science-public-017" by domain, split and number.
func Items(d results.Domain, split Split, instances []Instance) ([]tasks.Item, error) {
	items := make([]tasks.Item, len(instances))
	for n, i := range instances {
		s, ok := i.Family.Solve(i.Vars)
		if !ok {
			return nil, fmt.Errorf("suite %s: no solution for %q", Suite, i.Question())
		}
		items[n] = tasks.Item{ID: fmt.Sprintf("%s-%s-%03d", d, split, n+1), Question: i.Question(), Answer: s.Answer}
	}
	return items, nil
}
