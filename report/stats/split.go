package stats

import (
	"math"

	"github.com/autodatabench/autodatabench/results"
)

// Split says where the variance of a gain comes from. SDs are in percentage
// points of accuracy; shares are of the squared standard error of the gain. Agent
// runs and training seeds are apart only with two training seeds; otherwise Run
// holds both. It rests on the entry's own runs, unmoderated.
type Split struct {
	Run       results.Number `json:"run_sd"`  // between runs of the agent
	Seed      results.Number `json:"seed_sd"` // between training seeds of one run
	Item      results.Number `json:"item_sd"` // between items, after the base's part
	RunShare  results.Number `json:"run_share"`
	SeedShare results.Number `json:"seed_share"`
	ItemShare results.Number `json:"item_share"`
	N         int            `json:"n"` // runs; of an average, the fewest of any domain
	Warnings  []string       `json:"warnings,omitempty"`
}

// Why a split is missing, or a part of it.
const (
	warnNoSplit = "no split: it takes answers to items, two runs and a base accuracy over 0"
	warnOneSeed = "one training seed: what comes from runs holds what comes from seeds"
)

// shareParts are the variances of a mean accuracy that come from runs, training seeds
// and items.
type shareParts struct {
	run, seed, item float64
	several         bool // training seeds
}

// shareParts needs items, two runs and a base that is not 0.
func (c *Cell) shareParts() (p shareParts, ok bool) {
	r, s := float64(len(c.runs)), float64(c.seeds)
	if !c.paired() || r < 2 || c.base == 0 {
		return shareParts{}, false
	}
	seed := max(c.seedVar-c.seedChance, 0)
	run := max(c.allVar-c.chance-seed/s, 0)
	return shareParts{run / r, seed / (r * s), c.itemVariance(c.mean / c.base).value, c.seeds > 1}, true
}

// split has the shares alone.
func (p shareParts) split() Split {
	total := p.run + p.seed + p.item
	s := Split{
		RunShare: results.Num(p.run/total, total > 0), SeedShare: results.Num(p.seed/total, p.several && total > 0),
		ItemShare: results.Num(p.item/total, total > 0),
	}
	if !p.several {
		s.Warnings = []string{warnOneSeed}
	}
	return s
}

// Split splits the variance in one domain. Without the answers to items, with one
// run, or with a base of 0, all is missing.
func (c *Cell) Split() Split {
	p, ok := c.shareParts()
	if !ok {
		return Split{N: len(c.runs), Warnings: []string{warnNoSplit}}
	}
	r := float64(len(c.runs))
	split := p.split()
	split.N = len(c.runs)
	split.Run, split.Seed, split.Item = points(p.run*r), points(p.seed*r*float64(c.seeds)), points(p.item*float64(c.items))
	split.Seed.Known = p.several
	return split
}

// EntrySplit is where the variance of an entry's gains comes from.
type EntrySplit struct {
	Average Split   `json:"average"` // of the average gain; shares alone
	Domains []Split `json:"domains"` // in the study's order
}

// Splits splits every entry's variance, in the order of [Study.Entries]. The one
// of an average is missing when a domain's is.
func (s *Study) Splits() []EntrySplit {
	all := make([]EntrySplit, len(s.entries))
	for i, row := range s.cells {
		var sum shareParts
		complete := true
		for _, c := range row {
			if c == nil {
				complete = false
				all[i].Domains = append(all[i].Domains, Split{Warnings: []string{warnNoSplit}})
				continue
			}
			all[i].Domains = append(all[i].Domains, c.Split())
			p, ok := c.shareParts()
			complete = complete && ok
			if complete {
				w := s.metric.slope(c.mean, c.base) / float64(len(s.domains))
				sum.run, sum.seed, sum.item = sum.run+w*w*p.run, sum.seed+w*w*p.seed, sum.item+w*w*p.item
				sum.several = sum.several || p.several
			}
		}
		all[i].Average = Split{Warnings: []string{warnNoSplit}}
		if complete {
			all[i].Average = sum.split()
		}
		all[i].Average.N = s.point(i).N
	}
	return all
}

// points is the root of a variance of shares, in percentage points.
func points(variance float64) results.Number { return results.Num(100*math.Sqrt(variance), true) }
