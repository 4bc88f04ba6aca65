package figure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/autodatabench/autodatabench/results"
)

// Bounds on a file of measures.
const (
	MaxMeasuresFile = 1 << 20 // bytes
	fewestMeasures  = 3
	mostMeasures    = 12
	mostSets        = 60
)

// ReadMeasures reads the file that [Radar] is drawn from, a JSON object:
//
//	{
//	  "measures": [
//	    {"name": "instruction diversity", "low": 0, "high": 1},
//	    {"name": "response perplexity", "better": "lower"},
//	    {"name": "response quality, judged", "low": 1, "high": 5}
//	  ],
//	  "sets": [
//	    {"name": "pipeline", "simulated": true, "values": [0.71, 12.5, 4.2]},
//	    {"name": "by hand", "values": [0.64, null, 4.6]}
//	  ]
//	}
//
// There are 3 to 12 measures and 1 to 60 sets; a set has one value, or null, for
// each measure. "low" and "high" are the ends of a measure's axis, by default the
// lowest and highest value; "better" is "higher" unless it says "lower". Unknown
// keys are errors.
func ReadMeasures(data []byte) (Radar, error) {
	var r struct {
		Measures []Measure `json:"measures"`
		Sets     []Set     `json:"sets"`
	}
	if len(data) > MaxMeasuresFile {
		return Radar{}, results.Bad(fmt.Errorf("measures: %d bytes; a file has at most %d", len(data), MaxMeasuresFile))
	}
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	err := in.Decode(&r)
	if err == nil {
		if _, more := in.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("text follows the object")
		}
	}
	if err != nil {
		return Radar{}, results.Bad(fmt.Errorf("measures: %w", err), "see autodatabench figure --help for the format")
	}
	radar := Radar{Measures: r.Measures, Sets: r.Sets}
	if err := radar.validate(); err != nil {
		return Radar{}, results.Bad(fmt.Errorf("measures: %w", err), "see autodatabench figure --help for the format")
	}
	return radar, nil
}

func (r Radar) validate() error {
	if n := len(r.Measures); n < fewestMeasures || n > mostMeasures {
		return fmt.Errorf("%d measures; want %d to %d", n, fewestMeasures, mostMeasures)
	}
	if n := len(r.Sets); n < 1 || n > mostSets {
		return fmt.Errorf("%d sets; want 1 to %d", n, mostSets)
	}
	for i, m := range r.Measures {
		switch {
		case m.Name == "":
			return fmt.Errorf("measure %d has no name", i+1)
		case m.Better != "" && m.Better != "higher" && m.Better != "lower":
			return fmt.Errorf(`measure %q: better is %q; want "higher" or "lower"`, m.Name, m.Better)
		case !bounded(m.Low) || !bounded(m.High):
			return fmt.Errorf("measure %q: a bound beyond 1e100", m.Name)
		}
	}
	for i, s := range r.Sets {
		if s.Name == "" {
			return fmt.Errorf("set %d has no name", i+1)
		}
		if len(s.Values) != len(r.Measures) {
			return fmt.Errorf("set %q: %d values for %d measures", s.Name, len(s.Values), len(r.Measures))
		}
		for _, v := range s.Values {
			if !bounded(v) {
				return fmt.Errorf("set %q: a value beyond 1e100", s.Name)
			}
		}
	}
	for m, b := range r.bounds() {
		if b[0] == b[1] || (b[0] > b[1]) != (r.Measures[m].Better == "lower") {
			return fmt.Errorf("measure %q: its axis has no length", r.Measures[m].Name)
		}
		for _, s := range r.Sets {
			if v := s.Values[m]; v.Known && (v.Value < min(b[0], b[1]) || v.Value > max(b[0], b[1])) {
				return fmt.Errorf("set %q: %v lies outside of the axis of %q, %v to %v", s.Name, v.Value, r.Measures[m].Name, min(b[0], b[1]), max(b[0], b[1]))
			}
		}
	}
	return nil
}

// bounded reports whether n, if known, can be reckoned with.
func bounded(n results.Number) bool { return !n.Known || math.Abs(n.Value) <= 1e100 }
