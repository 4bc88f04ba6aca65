package figure_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
)

const good = `{"measures": [{"name": "diversity", "low": 0, "high": 1}, {"name": "quality"}, {"name": "perplexity", "better": "lower"}],
 "sets": [{"name": "pipeline", "simulated": true, "values": [0.7, 4, 12]}, {"name": "by hand", "values": [0.6, null, 9]}]}`

func TestReadMeasures(t *testing.T) {
	got, err := figure.ReadMeasures([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	want := figure.Radar{
		Measures: []figure.Measure{{Name: "diversity", Low: num(0), High: num(1)}, {Name: "quality"}, {Name: "perplexity", Better: "lower"}},
		Sets: []figure.Set{
			{Name: "pipeline", Simulated: true, Values: []results.Number{num(0.7), num(4), num(12)}},
			{Name: "by hand", Values: []results.Number{num(0.6), {}, num(9)}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("measures (-want +got):\n%s", diff)
	}
	page := string(drawn(t, figure.SVG, got))
	for _, word := range []string{"pipeline (simulated)", "by hand", "3 perplexity 12 to 9"} {
		if !strings.Contains(page, word) {
			t.Errorf("the figure lacks %q", word)
		}
	}
}

func TestReadMeasuresRefuses(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{good, "", "EOF"},
		{good, "[]", "cannot unmarshal"},
		{good, good + "{}", "text follows"},
		{good, strings.Repeat(" ", figure.MaxMeasuresFile+1), "at most"},
		{`"better"`, `"beter"`, `unknown field "beter"`},
		{`"lower"`, `"worse"`, `better is "worse"`},
		{`{"name": "quality"}, `, ``, "2 measures; want 3 to 12"},
		{`"name": "quality"`, `"name": ""`, "measure 2 has no name"},
		{`[0.6, null, 9]`, `[0.6, null]`, `set "by hand": 2 values for 3 measures`},
		{`[0.6, null, 9]`, `[1.6, null, 9]`, `1.6 lies outside of the axis of "diversity", 0 to 1`},
		{`"low": 0, "high": 1`, `"low": 1, "high": 1`, "axis has no length"},
		{`"low": 0, "high": 1`, `"low": 0, "high": 1e200`, "beyond 1e100"},
		{`"name": "by hand"`, `"name": ""`, "set 2 has no name"},
		{`12]`, `1e999]`, "cannot unmarshal"},
	} {
		_, err := figure.ReadMeasures([]byte(strings.Replace(good, tt.old, tt.new, 1)))
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s for %s: error %v, want bad input with %q", tt.new[:min(40, len(tt.new))], tt.old[:min(40, len(tt.old))], err, tt.want)
		}
	}
}

// Whatever is accepted can be drawn.
func FuzzReadMeasures(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "by hand", `\u0000<数据>`, 1)))
	f.Add([]byte(strings.Replace(good, "0.7", "1e-300", 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		radar, err := figure.ReadMeasures(data)
		if err != nil {
			return
		}
		if err := figure.Write(io.Discard, figure.SVG, radar); err != nil {
			t.Error(err)
		}
	})
}

func TestFront(t *testing.T) {
	points := func(xy ...float64) (list []figure.CostPoint) {
		for i := 0; i < len(xy); i += 2 {
			list = append(list, figure.CostPoint{Name: name(fmt.Sprint(i / 2)), Cost: num(xy[i]), Gain: num(xy[i+1])})
		}
		return list
	}
	for _, tt := range []struct {
		points []figure.CostPoint
		want   string
	}{
		{nil, ""},
		{points(1, 5), "0"},
		{points(3, 9, 1, 5, 2, 4, 3, 10), "1 3"},
		{points(1, 5, 1, 7, 2, 7), "1"},
		{points(1, -50, 2, -60, 3, -40), "0 2"},
		{append(points(2, 1), figure.CostPoint{Name: name("no cost"), Gain: num(99)}, figure.CostPoint{Name: name("no gain"), Cost: num(0)}), "0"},
	} {
		var names []string
		for _, p := range (figure.Cost{Points: tt.points}).Front() {
			names = append(names, p.Name.Text)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("front of %v: %q, want %q", tt.points, got, tt.want)
		}
	}
}
