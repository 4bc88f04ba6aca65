package results

import (
	"bytes"
	"encoding/json"
	"math"
)

// Number is a figure that may be missing. A missing one is null in JSON and a
// dash in tables; it is never taken for 0.
type Number struct {
	Value float64
	Known bool
}

// Num makes a Number of a function's value and ok, as in Num(Gain(acc, base)). What is no
// number, or infinite, is missing.
func Num(value float64, ok bool) Number {
	if !ok || math.IsNaN(value) || math.IsInf(value, 0) {
		return Number{}
	}
	return Number{Value: value, Known: true}
}

// MarshalJSON writes the value or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known || math.IsNaN(n.Value) || math.IsInf(n.Value, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(n.Value)
}

// UnmarshalJSON reads a number or null.
func (n *Number) UnmarshalJSON(data []byte) error {
	*n = Number{}
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(data, &n.Value); err != nil {
		return err
	}
	n.Known = true
	return nil
}

// Mean is the arithmetic mean. It is missing when there are no values or when
// any of them is missing: a mean over fewer values is another figure.
func Mean(values []Number) Number {
	sum := 0.0
	for _, v := range values {
		if !v.Known {
			return Number{}
		}
		sum += v.Value
	}
	return Num(sum/float64(max(1, len(values))), len(values) > 0)
}

// Gain is the relative gain in % of an accuracy over the base student's (protocol.md
// section 8), both in the same unit. It is undefined for a base of 0.
func Gain(acc, base float64) (percent float64, ok bool) {
	if base == 0 {
		return 0, false
	}
	return 100 * (acc - base) / base, true
}

// MATS is the attempts per valid submission of one run (protocol.md section 8). It is
// undefined when no submission was valid.
func MATS(attempts, valid int) (mats float64, ok bool) {
	if valid == 0 {
		return 0, false
	}
	return float64(attempts) / float64(valid), true
}

// Run is what scoring needs of one run, whether a trial was measured
// ([Outcome.Result]) or a paper printed it. Accuracies are shares of the private
// set, 0 to 1.
type Run struct {
	TrialID
	Valid    bool   // there was a valid submission
	Base     Number // the student before training
	Accuracy Number // after it; Base when nothing valid was submitted
	MATS     Number
}

// Gain is the run's relative gain in %: 0 without a valid submission, missing
// while a score is missing or when the base is 0.
func (r Run) Gain() Number {
	if !r.Base.Known || !r.Accuracy.Known {
		return Number{}
	}
	return Num(Gain(r.Accuracy.Value, r.Base.Value))
}

// Points is the absolute gain in percentage points of accuracy.
func (r Run) Points() Number {
	if !r.Base.Known || !r.Accuracy.Known {
		return Number{}
	}
	return Num(100*(r.Accuracy.Value-r.Base.Value), true)
}

// Cell is the score of one agent, workflow, setting and domain: means over runs.
type Cell struct {
	Runs     int    `json:"runs"`
	Base     Number `json:"base"`     // share
	Accuracy Number `json:"accuracy"` // share
	Gain     Number `json:"gain"`     // %
	Points   Number `json:"points"`   // percentage points
	MATS     Number `json:"mats"`     // over the MATSRuns runs that have one
	MATSRuns int    `json:"mats_runs"`
}

// CellOf scores the runs of one agent, workflow, setting and domain. Every run
// counts for accuracy and gain; MATS is the mean of the runs in which it is
// defined, and MATSRuns says how many those are.
func CellOf(runs []Run) Cell {
	var base, accuracy, gain, points, mats []Number
	for _, r := range runs {
		base = append(base, r.Base)
		accuracy = append(accuracy, r.Accuracy)
		gain = append(gain, r.Gain())
		points = append(points, r.Points())
		if r.MATS.Known {
			mats = append(mats, r.MATS)
		}
	}
	return Cell{
		Runs: len(runs), Base: Mean(base), Accuracy: Mean(accuracy),
		Gain: Mean(gain), Points: Mean(points), MATS: Mean(mats), MATSRuns: len(mats),
	}
}

// Average is the mean of one figure over domains. It is missing when the cell
// of any domain is, so that nothing is averaged over fewer domains in silence.
func Average(domains []Domain, cells map[Domain]Cell, figure func(Cell) Number) Number {
	values := make([]Number, 0, len(domains))
	for _, d := range domains {
		values = append(values, figure(cells[d]))
	}
	return Mean(values)
}
