package mini

import "math/rand/v2"

// scienceChemistry are the families on matter.
func scienceChemistry() []*Family {
	return []*Family{
		{
			Name: "density", Topic: "density", Area: "chemistry", Weight: 6, Popular: 10,
			Params: withNumbers("solid", "m", "a", "b"),
			Wording: []string{
				"A piece of {solid} of {m} g raises the water in a cylinder from {a} ml to {b} ml. What is its density in g/ml?",
				"Before {m} g of {solid} sink in it, a cylinder shows {a} ml; afterwards {b} ml. Find the density in g/ml.",
				"What density in g/ml has {solid} whose {m} g lift a water level of {a} ml up to {b} ml?",
			},
			Draw: func(r *rand.Rand) Vars {
				a, volume := between(r, 20, 80), choose(r, []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25})
				return quantities{"m": volume * between(r, 2, 20), "a": a, "b": a + volume}.with(r, "solid", solids)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				volume := w.sub("V = b - a", v.Dec("b"), v.Dec("a"))
				return w.solution(w.div("d = m / V", v.Dec("m"), volume))
			},
		},
		{
			Name: "dilution", Topic: "dilution", Area: "chemistry", Weight: 5, Popular: 3,
			Params: withNumbers("solute", "c", "v", "w"),
			Wording: []string{
				"To {v} l of a {solute} solution with {c} g/l, {w} l of water are added. What is the new concentration in g/l?",
				"A solution of {solute} ({v} l, {c} g/l) is diluted with {w} l of water. Find its concentration in g/l.",
				"How many g/l of {solute} remain when {w} l of water are poured into {v} l that held {c} g/l?",
			},
			Draw: func(r *rand.Rand) Vars {
				v, w := between(r, 2, 9), between(r, 1, 6)
				if total := v + w; total > 12 {
					w = 12 - v
				}
				return quantities{"c": (v + w) * between(r, 2, 50), "v": v, "w": w}.with(r, "solute", solutes)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				total := w.add("V = v + w", v.Dec("v"), v.Dec("w"))
				m := w.mul("m = c * v", v.Dec("c"), v.Dec("v"))
				return w.solution(w.div("x = m / V", m, total))
			},
		},
		{
			Name: "molar-mass", Topic: "molar mass", Area: "chemistry", Weight: 3, Popular: 2,
			Params: withNumbers("fuel", "c", "h", "n"),
			Wording: []string{
				"A molecule of a {fuel} has {c} carbon atoms (12 g/mol) and {h} hydrogen atoms (1 g/mol). What is the mass of {n} mol in g?",
				"Find the mass in g of {n} mol of a {fuel} made of {c} C atoms (molar mass 12) and {h} H atoms (molar mass 1).",
				"With C = 12 and H = 1, what do {n} mol of a {fuel} with {c} C and {h} H in the molecule weigh in g?",
			},
			Draw: func(r *rand.Rand) Vars {
				return quantities{"c": between(r, 2, 30), "h": between(r, 2, 60), "n": between(r, 2, 9)}.with(r, "fuel", fuels)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				a := w.mul("a = c * 12", v.Dec("c"), Int(12))
				m := w.add("M = a + h", a, v.Dec("h"))
				return w.solution(w.mul("m = M * n", m, v.Dec("n")))
			},
		},
		{
			Name: "half-life", Topic: "half-life", Area: "chemistry", Weight: 4, Popular: 2,
			Params: withNumbers("tracer", "m", "h", "t"),
			Wording: []string{
				"A sample holds {m} mg of {tracer} with a half-life of {h} days. How many mg are left after {t} days?",
				"Every {h} days half of the {tracer} decays. What remains, in mg, of {m} mg when {t} days have passed?",
				"After {t} days, how much in mg is there still of {m} mg of {tracer}, whose half-life is {h} days?",
			},
			Draw: func(r *rand.Rand) Vars {
				h := choose(r, []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30})
				return quantities{"m": 8 * between(r, 2, 120), "h": h, "t": h * between(r, 2, 3)}.with(r, "tracer", tracers)
			},
			Solve: solveHalfLife,
		},
	}
}

const maxHalvings = 10

func solveHalfLife(v Vars) (Solution, bool) {
	var w work
	n := w.div("n = t / h", v.Dec("t"), v.Dec("h"))
	if n%unit != 0 || n < 0 || n > Int(maxHalvings) {
		return Solution{}, false
	}
	m := v.Dec("m")
	for range n / unit {
		m = w.div("", m, Int(2))
	}
	return w.solution(m)
}
