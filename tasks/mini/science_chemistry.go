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
				"Water level before: {a} ml; after: {b} ml; mass of the {solid}: {m} g. Density in g/ml?",
				"Water stands at {b} ml once {m} g of {solid} lie in it, and at {a} ml without them. Find the density in g/ml.",
				"A cylinder shows {b} ml with a piece of {solid} under water and {a} ml without it. What density in g/ml has the piece if it weighs {m} g?",
				"Into {a} ml of water sinks some {solid} with a mass of {m} g, and the level goes to {b} ml. Calculate its density in g/ml.",
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
				"Concentration of the {solute} solution: {c} g/l; its volume: {v} l; water added: {w} l. New concentration in g/l?",
				"What does a concentration of {c} g/l of {solute} become in g/l, when {w} l of water join the {v} l of solution?",
				"Mix {v} l of {solute} solution with {w} l of pure water. Find the final concentration in g/l if it was {c} g/l before.",
				"Adding {w} l of water weakens a solution with {c} g/l of {solute}. It filled {v} l before. Calculate its concentration afterwards in g/l.",
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
				"Hydrogen atoms per molecule (H = 1): {h}; carbon atoms (C = 12): {c}; amount of the {fuel}: {n} mol. Mass in g?",
				"A {fuel} has {c} carbon atoms (12 g/mol) per molecule. What do {n} mol of it weigh in g, if {h} hydrogen atoms (1 g/mol) complete the molecule?",
				"With {h} H atoms (1 g/mol) in each molecule, what mass in g have {n} mol of a {fuel} if there are also {c} C atoms (12 g/mol)?",
				"Given {n} mol of a {fuel}, calculate the mass in g from {h} H of 1 g/mol and {c} C of 12 g/mol per molecule.",
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
				"Of {m} mg of {tracer}, what is left in mg after {t} days, if half of it decays every {h} days?",
				"Half-life of {tracer}: {h} days; time: {t} days; initial mass: {m} mg. Mass left in mg?",
				"A sample of {tracer} is stored for {t} days, and its half-life is {h} days. Find the rest in mg if it began with {m} mg.",
				"It takes {h} days for {tracer} to fall to one half. Calculate how many mg remain after {t} days from {m} mg at the start.",
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
