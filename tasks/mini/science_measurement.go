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
				"What is the mean of three readings if a {gauge} shows {a} first, {b} second and {c} third?",
				"Find the mean of the readings of a {gauge}, given a first reading of {a}, a second reading of {b} and a third reading of {c}.",
				"First reading of the {gauge}: {a}; second reading: {b}; third reading: {c}. Mean of the readings?",
				"A {gauge} first shows {a}, then {b} and at last {c}. Calculate the average of the three readings.",
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
				"A {plot} is a trapezoid with parallel sides of {a} m and {b} m and a height of {h} m. What is its area in m2?",
				"What area in m2 does a trapezoid {plot} have if its bottom side is {a} m long, its top side is {b} m long and its height is {h} m?",
				"Find the area in m2 of a trapezoid {plot}, given a bottom side of {a} m, a top side of {b} m and a height of {h} m.",
				"Bottom side of the {plot}: {a} m; top side: {b} m; height: {h} m. Area of this trapezoid in m2?",
				"The parallel sides of a {plot} measure {a} m and {b} m, and they are {h} m apart. Calculate the area of this trapezoid in m2.",
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
