package stats

import (
	"math"
	"math/rand/v2"
	"runtime"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// block is the number of draws that share a source of chance. It is fixed, so
// that results do not depend on how many blocks are made at once.
const block = 500

// gains are draws of one cell's figure, with the base drawn along and with the base as
// it was.
type gains struct{ live, frozen []float64 }

// draw makes the draws of every cell, where the variance between runs is known (methods.md
// section 3), by entry and domain.
func (s *Study) draw(seed uint64, draws int) [][]gains {
	all := make([][]gains, len(s.entries))
	for i := range all {
		all[i] = make([]gains, len(s.domains))
	}
	var urns []*urn
	for d := range s.domains {
		if b := s.base(d); s.prior.Scale.Known && b.Known {
			urns = append(urns, s.newUrn(d, seed, draws, all))
		}
	}
	blocks := (draws + block - 1) / block
	parallel(len(urns)*blocks, func(k int) {
		from := k % blocks * block
		urns[k/blocks].fill(from, min(from+block, draws))
	})
	return all
}

// parallel calls f for 0 to n-1, as many at a time as there are processors.
func parallel(n int, f func(k int)) {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for k := range n {
		group.Go(func() error { f(k); return nil })
	}
	_ = group.Wait() // there are no errors
}

// urn is what the draws of one domain are made from.
type urn struct {
	seed    uint64
	metric  Metric
	base    *Cell      // the base student, with its answers where any cell has them
	columns *mat.Dense // rows of sums by group of items: ones, B, and Xbar of every cell with answers; nil without any
	cells   []drawn
}

// drawn is a cell to be drawn.
type drawn struct {
	*Cell
	row               int        // in columns; 0 without answers
	ghosts            [2]float64 // Xbar of the two ghost items
	runVar            float64    // of the mean accuracy, from its runs
	surely            float64    // what comes to it: from runs that do not deliver, less from chance answers
	entryDF, domainDF float64    // of its factors; the entry's is common to its domains
	into              gains
}

func (s *Study) newUrn(d int, seed uint64, draws int, all [][]gains) *urn {
	u := &urn{seed: seed, metric: s.metric}
	for i, c := range s.inDomain(d) {
		if c == nil {
			continue
		}
		if u.base == nil || c.paired() && !u.base.paired() {
			u.base = c
		}
		into := gains{make([]float64, draws), make([]float64, draws)}
		all[i][d] = into
		u.cells = append(u.cells, s.newDrawn(c, into))
	}
	if !u.base.paired() {
		return u
	}
	ones := make([]float64, u.base.items)
	for i := range ones {
		ones[i] = 1
	}
	data, rows := append(u.base.sums(ones), u.base.sums(u.base.answers)...), 2
	for k := range u.cells {
		if u.cells[k].paired() {
			u.cells[k].row = rows
			data, rows = append(data, u.base.sums(u.cells[k].xbar)...), rows+1
		}
	}
	u.columns = mat.NewDense(rows, u.base.groups, data)
	return u
}

// newDrawn is how the cell is drawn. The variance between its runs is known by what the
// entry's factor is worth, which is common to its domains, and by what the domain's is.
// The more there is besides it, the less it matters that it is not known well.
func (s *Study) newDrawn(c *Cell, into gains) drawn {
	r, all := float64(len(c.runs)), float64(s.prior.DF)
	runs, delivery := s.prior.between(c)
	x := drawn{Cell: c, ghosts: c.ghosts(), runVar: runs / r, surely: (delivery - c.chance) / r, into: into}
	ratio := 0.0
	if s.metric != ByPoints && c.base > 0 {
		ratio = c.mean / c.base
	}
	entryDF, more := min(s.prior.entry(c.entry).df, all), 1.0
	if smoothed := s.prior.smoothed(c) / r; smoothed > 0 {
		whole := max(smoothed+x.surely+c.itemVariance(ratio).value, smoothed)
		more = whole / countedRuns(smoothed, whole, entryDF)
	}
	x.entryDF, x.domainDF = more*entryDF, more/max(1/s.prior.domain(c.domain).df-1/all, 0)
	return x
}

// sums adds up by group of items.
func (c *Cell) sums(byItem []float64) []float64 {
	if c.groupOf == nil {
		return byItem
	}
	sums := make([]float64, c.groups)
	for i, x := range byItem {
		sums[c.groupOf[i]] += x
	}
	return sums
}

// ghosts are the expected answers to one more item that the base student has
// wrong, and to one that it has right: the mean of the stratum, with half an
// item at the cell's mean.
func (c *Cell) ghosts() (g [2]float64) {
	sum, n := [2]float64{}, [2]float64{}
	for i, x := range c.xbar {
		stratum := int(c.answers[i])
		sum[stratum] += x
		n[stratum]++
	}
	for stratum := range g {
		g[stratum] = (sum[stratum] + c.mean/2) / (n[stratum] + 0.5)
	}
	return g
}

// fill makes the draws from..to, which are one block.
func (u *urn) fill(from, to int) {
	shared := u.share(from, to-from)
	for _, c := range u.cells {
		src := stream(u.seed, from/block, c.entry.String()+"\x00"+string(c.domain))
		common := stream(u.seed, from/block, c.entry.String()) // to all its domains
		rng := rand.New(src)
		for k, beta := range shared.beta {
			m := c.accuracy(shared, k, src)
			m = c.moved(m, c.runError(rng, src, common))
			c.into.live[from+k] = u.metric.of(m, beta)
			c.into.frozen[from+k] = u.metric.of(m, c.base)
		}
	}
}

// shared is what the cells of a domain have in common, by draw.
type shared struct {
	sums   mat.Dense    // weighted sums over items, by draw and row of the urn's columns
	ghosts [][2]float64 // weights of the ghost items
	beta   []float64    // the base student's accuracy
}

// share makes the first n draws of the block that begins at from.
func (u *urn) share(from, n int) *shared {
	src := stream(u.seed, from/block, string(u.base.domain))
	rng := rand.New(src)
	s := &shared{ghosts: make([][2]float64, n), beta: make([]float64, n)}
	if u.columns == nil {
		for k := range s.beta {
			s.beta[k] = u.base.binomial(u.base.base, src)
		}
		return s
	}
	s.sums.Mul(u.weights(rng, src, n), u.columns.T())
	for k := range s.beta {
		for stratum := range s.ghosts[k] {
			z := rng.NormFloat64()
			s.ghosts[k][stratum] = z * z / 2
		}
		s.beta[k] = s.mean(k, 1, [2]float64{0, 1})
	}
	return s
}

// mean is the weighted mean of a row over items and ghosts in draw k.
func (s *shared) mean(k, row int, ghosts [2]float64) float64 {
	g := s.ghosts[k]
	return (s.sums.At(k, row) + g[0]*ghosts[0] + g[1]*ghosts[1]) / (s.sums.At(k, 0) + g[0] + g[1])
}

// accuracy draws the cell's mean accuracy over items, for the runs that there were.
func (c *drawn) accuracy(s *shared, k int, src rand.Source) float64 {
	if c.row == 0 {
		return c.binomial(c.mean, src)
	}
	return s.mean(k, c.row, c.ghosts)
}

// weights are of n draws of the items, shared by all cells of the domain. Groups of items
// are few, so their weights vary more than those of items, as much as a t distribution
// does more than a normal one.
func (u *urn) weights(rng *rand.Rand, src rand.Source, n int) *mat.Dense {
	w := make([]float64, n*u.base.groups)
	if u.base.groupOf == nil {
		for i := range w {
			w[i] = rng.ExpFloat64()
		}
		return mat.NewDense(n, u.base.groups, w)
	}
	groups := float64(u.base.groups)
	wider := tQuantile(1-Level/2, groups-1) / tQuantile(1-Level/2, math.Inf(1))
	shape := (groups - 1) / (groups + 1) / (wider * wider)
	gamma := distuv.Gamma{Alpha: shape, Beta: shape, Src: src}
	for i := range w {
		w[i] = gamma.Rand()
	}
	return mat.NewDense(n, u.base.groups, w)
}

// moved is the accuracy m with the error e of its runs, applied where their variance
// is the same everywhere: on the scale of the arcsine of the root, since the prior's is
// in proportion to m(1-m). So an accuracy near 0 has the long tail upward that its runs
// have, and stays within 0 and 1. The error, whose variance is for the cell's share,
// comes to the scale there.
func (c *Cell) moved(m, e float64) float64 {
	angle := math.Asin(math.Sqrt(min(max(m, 0), 1))) + e/(2*math.Sqrt(c.share()*(1-c.share())))
	sine := math.Sin(min(max(angle, 0), math.Pi/2))
	return sine * sine
}

// binomial draws the accuracy behind an observed one of which only the count of
// items is known (Jeffreys; what the weights and ghosts give for 0 and 1 answers).
func (c *Cell) binomial(share float64, src rand.Source) float64 {
	n := float64(c.items)
	return distuv.Beta{Alpha: n*share + 0.5, Beta: n*(1-share) + 0.5, Src: src}.Rand()
}

// runError draws what the choice of runs adds to the mean accuracy.
func (c *drawn) runError(rng *rand.Rand, src, common rand.Source) float64 {
	scale := c.entryDF / distuv.ChiSquared{K: c.entryDF, Src: common}.Rand()
	if !math.IsInf(c.domainDF, 1) {
		scale *= c.domainDF / distuv.ChiSquared{K: c.domainDF, Src: src}.Rand()
	}
	return rng.NormFloat64() * math.Sqrt(max(c.runVar*scale+c.surely, 0))
}
