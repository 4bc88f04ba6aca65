package mini

import "math/rand/v2"

// scienceMeasurement are the families on readings and shapes.
func scienceMeasurement() []*Family {
	return []*Family{
		{
			Name: "mean-reading", Topic: "mean of readings", Area: "measurement", Weight: 4, Popular: 2,
			Params: withNumbers("gauge", "a", "b", "c"),
			Wording: []string{
				"A {gauge} is read three times: {a}, {b} and {c}. What is the mean of the readings?",
				"Three students read {a}, {b} and {c} from the same {gauge}. Which mean value do they report?",
				"Find the mean of three readings of a {gauge}, namely {a}, then {b}, then {c}.",
				"Third reading of the {gauge}: {c}; first: {a}; second: {b}. Mean?",
				"A {gauge} first shows {a}, at last {c}, and {b} in between. What is the average of the three values?",
				"Calculate the average if a {gauge} reads {b} the second time, {c} the third time and {a} the first time.",
				"After {b} on day two and {a} on day one, a {gauge} shows {c} on day three. What is the mean value?",
			},
			Draw: func(r *rand.Rand) Vars {
				mean := between(r, 12, 300)
				a, b := mean+between(r, -9, 9), mean+between(r, -9, 9)
				return quantities{"a": a, "b": b, "c": 3*mean - a - b}.with(r, "gauge", gauges)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				s := w.add("s = a + b", v.Dec("a"), v.Dec("b"))
				t := w.add("t = s + c", s, v.Dec("c"))
				return w.solution(w.div("m = t / 3", t, Int(3)))
			},
		},
		{
			Name: "trapezoid", Topic: "trapezoid area", Area: "measurement", Weight: 2, Popular: 1,
			Params: withNumbers("plot", "a", "b", "h"),
			Wording: []string{
				"A {plot} is a trapezoid with parallel sides of {a} m and {b} m, {h} m apart. What is its area in m2?",
				"Find the area in m2 of a {plot} in the shape of a trapezoid: height {h} m, parallel sides {a} m and {b} m.",
				"How many m2 has a trapezoid {plot} that is {h} m high, {a} m long at the bottom and {b} m at the top?",
				"A {plot} is {a} m wide at the bottom, {h} m high and {b} m wide at the top. Find the area of this trapezoid in m2.",
				"Upper side: {b} m; lower side: {a} m; height of the {plot}: {h} m. Trapezoid area in m2?",
				"What area in m2 has a {plot} whose top side of {b} m runs {h} m above a parallel bottom side of {a} m?",
				"The height of a trapezoid {plot} is {h} m. Its top measures {b} m and its bottom {a} m. Calculate the area in m2.",
			},
			Draw: func(r *rand.Rand) Vars {
				a, b := twoBetween(r, 2, 60)
				return quantities{"a": a, "b": b, "h": between(r, 2, 9)}.with(r, "plot", plots)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				s := w.add("s = a + b", v.Dec("a"), v.Dec("b"))
				p := w.mul("p = s * h", s, v.Dec("h"))
				return w.solution(w.div("A = p / 2", p, Int(2)))
			},
		},
	}
}
