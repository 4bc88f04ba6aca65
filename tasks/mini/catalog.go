package mini

import (
	"slices"
	"sync"

	"github.com/autodatabench/autodatabench/results"
)

var catalog = sync.OnceValue(func() map[results.Domain][]*Family {
	return map[results.Domain][]*Family{
		results.Science: scienceFamilies(),
		results.Code:    codeFamilies(),
		results.Finance: financeFamilies(),
	}
})

// Families lists the domain's families in a fixed order; none for a domain that
// the suite does not have. The families are shared: they are for reading.
func Families(d results.Domain) []*Family { return slices.Clone(catalog()[d]) }

// ByName finds a family of the domain.
func ByName(d results.Domain, name string) (*Family, bool) {
	families := catalog()[d]
	i := slices.IndexFunc(families, func(f *Family) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return families[i], true
}

// Known names the four families of the domain that the student's pre-training
// may draw from; the base student's accuracy comes from them.
func Known(d results.Domain) []string {
	switch d {
	case results.Science:
		return knownScience()
	case results.Code:
		return knownCode()
	case results.Finance:
		return knownFinance()
	}
	return nil
}
