package mini

import "math/rand/v2"

// scienceElectricity are the families on circuits.
func scienceElectricity() []*Family {
	return []*Family{
		{
			Name: "ohms-law", Topic: "Ohm's law", Area: "electricity", Weight: 8, Popular: 18,
			Params: withNumbers("device", "i", "r"),
			Wording: []string{
				"A current of {i} A flows through a {device} with a resistance of {r} ohm. What is the voltage in V?",
				"Use Ohm's law: which voltage in V drives {i} A through the {r} ohm of a {device}?",
				"The resistance of a {device} is {r} ohm. Find the voltage across it in V when it carries {i} A.",
				"Resistance of the {device}: {r} ohm; current: {i} A. Voltage in V?",
				"What is the voltage across a {device} in V, if its resistance is {r} ohm and the current {i} A?",
				"Given {i} A through a {device} and a resistance of {r} ohm, calculate the voltage in V by Ohm's law.",
				"Find how many V a {device} of {r} ohm needs so that it draws {i} A from the mains.",
			},
			Draw: func(r *rand.Rand) Vars {
				return quantities{"i": between(r, 2, 9), "r": between(r, 2, 250)}.with(r, "device", devices)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				return w.solution(w.mul("U = R * I", v.Dec("r"), v.Dec("i")))
			},
		},
		{
			Name: "series-circuit", Topic: "series circuit", Area: "electricity", Weight: 5, Popular: 3,
			Params: withNumbers("source", "a", "b", "u"),
			Wording: []string{
				"Resistors of {a} ohm and {b} ohm are in series with a {source} of {u} V. What current in A flows?",
				"A {source} gives {u} V to a series circuit of {a} ohm and {b} ohm. Calculate the current in A.",
				"What is the current in A if {u} V from a {source} lie across two resistors, {a} ohm and then {b} ohm, one after the other?",
				"A resistor of {a} ohm, a {source} of {u} V and another resistor of {b} ohm form one loop. Find the current in A.",
				"Second resistor: {b} ohm; first resistor: {a} ohm; voltage of the {source}: {u} V. Current in A through this series circuit?",
				"How many A flow through a resistor of {b} ohm if a {source} of {u} V feeds it in series with one of {a} ohm?",
				"With {u} V, a {source} drives a current through {b} ohm and, next in the same line, {a} ohm. Calculate that current in A.",
			},
			Draw: func(r *rand.Rand) Vars {
				total := choose(r, []int{6, 7, 8, 9, 10, 11, 12, 15, 20, 25, 30, 40, 50, 60, 100})
				a := between(r, 1, total-1)
				return quantities{"a": a, "b": total - a, "u": total * between(r, 2, 12)}.with(r, "source", sources)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				r := w.add("R = a + b", v.Dec("a"), v.Dec("b"))
				return w.solution(w.div("I = U / R", v.Dec("u"), r))
			},
		},
		{
			Name: "electrical-energy", Topic: "electrical energy", Area: "electricity", Weight: 4, Popular: 3,
			Params: withNumbers("device", "u", "i", "t"),
			Wording: []string{
				"A {device} on {u} V draws {i} A for {t} s. How much electrical energy in J does it use?",
				"For {t} s a {device} runs at a voltage of {u} V and a current of {i} A. Find the energy in J.",
				"What energy in J does a {device} convert in {t} s, when {i} A flow through it at {u} V?",
				"Current: {i} A; voltage: {u} V; running time: {t} s. Energy used by the {device} in J?",
				"Find the energy in J that a {device} takes from the mains of {u} V in {t} s at a current of {i} A.",
				"A current of {i} A flows for {t} s through a {device}, and the voltage is {u} V. How many J are converted?",
				"Given a voltage of {u} V, a time of {t} s and a current of {i} A, calculate the electrical energy that a {device} needs, in J.",
			},
			Draw: func(r *rand.Rand) Vars {
				i := between(r, 2, 9)
				return quantities{"u": between(r, 2, min(120, 999/i)), "i": i, "t": between(r, 2, 9)}.with(r, "device", devices)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				p := w.mul("P = U * I", v.Dec("u"), v.Dec("i"))
				return w.solution(w.mul("E = P * t", p, v.Dec("t")))
			},
		},
		{
			Name: "transformer", Topic: "voltage transformer", Area: "electricity", Weight: 2, Popular: 0,
			Params: withNumbers("device", "n", "m", "u"),
			Wording: []string{
				"A transformer for a {device} has {n} turns on the primary coil and {m} on the secondary. What voltage in V leaves it when {u} V go in?",
				"The coils of a transformer have {n} turns (input, {u} V) and {m} turns (output, to a {device}). Find the output voltage in V.",
				"With {u} V at its {n} primary turns, what voltage in V does a transformer give a {device} from {m} secondary turns?",
				"Secondary turns: {m}; primary turns: {n}; input voltage: {u} V. Output voltage for a {device} in V?",
				"What voltage in V does a {device} get from a secondary coil of {m} turns when {u} V feed the primary coil of {n} turns?",
				"A transformer takes in {u} V and serves a {device}. It has {m} turns on the output side and {n} on the input side. Find the output in V.",
				"A {device} is wired to the {m} output turns of a transformer with {n} input turns. Calculate its voltage in V if the input is {u} V.",
			},
			Draw: func(r *rand.Rand) Vars {
				n := choose(r, []int{20, 25, 30, 40, 50, 60, 100})
				return quantities{"n": n, "m": n * between(r, 2, 9), "u": between(r, 2, 250)}.with(r, "device", devices)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				k := w.div("k = m / n", v.Dec("m"), v.Dec("n"))
				return w.solution(w.mul("V = U * k", v.Dec("u"), k))
			},
		},
	}
}
