package mini

import (
	"math/rand/v2"
	"strconv"
)

// scienceChemistry are the families on matter.
func scienceChemistry() []*Family {
	return []*Family{
		{
			Name: "density", Topic: "density", Area: "chemistry", Weight: 6, Popular: 10,
			Params: withNumbers("solid", "m", "a", "b"),
			Wording: []string{
				"A piece of {solid} of {m} g raises the water in a cylinder from {a} ml to {b} ml. What is its density in g/ml?",
				"What density in g/ml does a piece of {solid} have if its mass is {m} g and it lifts the water level from {a} ml to {b} ml?",
				"Find the density in g/ml of {solid}, given a mass of {m} g and a water level of {a} ml before and {b} ml after it sinks in.",
				"Mass of the {solid}: {m} g; water level before: {a} ml; water level after: {b} ml. Density in g/ml?",
				"When {solid} with a mass of {m} g sinks in a cylinder, the water rises from {a} ml to {b} ml. Calculate its density in g/ml.",
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
				"To {v} l of a {solute} solution with a concentration of {c} g/l, {w} l of water are added. What is the new concentration in g/l?",
				"What concentration in g/l does a {solute} solution get if {v} l of it with {c} g/l are mixed with {w} l of water?",
				"Find the new concentration in g/l, given a volume of {v} l of {solute} solution, a concentration of {c} g/l and {w} l of added water.",
				"Volume of the {solute} solution: {v} l; concentration: {c} g/l; water added: {w} l. New concentration in g/l?",
				"A solution of {solute} fills {v} l at a concentration of {c} g/l. It is diluted with {w} l of water. Calculate its new concentration in g/l.",
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
				"What mass in g does a {fuel} have if a molecule has {c} carbon atoms (12 g/mol) and {h} hydrogen atoms (1 g/mol) and there are {n} mol of it?",
				"Find the mass in g of a {fuel}, given {c} carbon atoms (12 g/mol) and {h} hydrogen atoms (1 g/mol) in its molecule and an amount of {n} mol.",
				"Carbon atoms in a {fuel} molecule (12 g/mol each): {c}; hydrogen atoms (1 g/mol each): {h}; amount: {n} mol. Mass in g?",
				"The molecules of a {fuel} consist of {c} carbon atoms (12 g/mol each) and {h} hydrogen atoms (1 g/mol each). Calculate what {n} mol weigh in g.",
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
				"What mass in mg is left of {m} mg of {tracer} if its half-life is {h} days and {t} days have passed?",
				"Find the mass in mg left of a sample, given an initial mass of {m} mg of {tracer}, a half-life of {h} days and a time of {t} days.",
				"Initial mass of the {tracer}: {m} mg; half-life: {h} days; time: {t} days. Mass left in mg?",
				"At the start there are {m} mg of {tracer}, and half of what is there decays every {h} days. Calculate how many mg remain after {t} days.",
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
	m, name := v.Dec("m"), "m"
	for i := range int(n / unit) {
		half := "m" + strconv.Itoa(i+1)
		m, name = w.div(half+" = "+name+" / 2", m, Int(2)), half
	}
	return w.solution(m)
}
