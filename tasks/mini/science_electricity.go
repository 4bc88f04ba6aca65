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
				"What voltage in V lies across a {device} if its current is {i} A and its resistance is {r} ohm?",
				"Find the voltage in V across a {device}, given a current of {i} A and a resistance of {r} ohm.",
				"Current through the {device}: {i} A; resistance: {r} ohm. Voltage in V?",
				"A {device} draws {i} A and has a resistance of {r} ohm. Use Ohm's law to calculate the voltage in V.",
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
				"What current in A flows through a resistor of {a} ohm and another of {b} ohm in series if a {source} gives a voltage of {u} V?",
				"Find the current in A in a series circuit, given resistances of {a} ohm and {b} ohm and a {source} with a voltage of {u} V.",
				"First resistor: {a} ohm; second resistor in series: {b} ohm; voltage of the {source}: {u} V. Current in A?",
				"A series circuit has a first resistance of {a} ohm and a second one of {b} ohm. Its {source} gives {u} V. Calculate the current in A.",
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
				"What electrical energy in J does a {device} use if its voltage is {u} V, its current is {i} A and it runs for {t} s?",
				"Find the electrical energy in J that a {device} uses, given a voltage of {u} V, a current of {i} A and a time of {t} s.",
				"Voltage of the {device}: {u} V; current: {i} A; running time: {t} s. Electrical energy used in J?",
				"A {device} runs at a voltage of {u} V, and a current of {i} A flows through it for {t} s. Calculate the electrical energy in J.",
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
				"A transformer for a {device} has {n} turns on the primary coil and {m} turns on the secondary coil. What voltage in V leaves it when {u} V go in?",
				"What output voltage in V does a {device} get from a transformer with {n} primary turns and {m} secondary turns if the input voltage is {u} V?",
				"Find the output voltage in V of a transformer for a {device}, given a primary coil of {n} turns, a secondary coil of {m} turns and an input of {u} V.",
				"Primary turns: {n}; secondary turns: {m}; input voltage: {u} V. Output voltage in V of the transformer for a {device}?",
				"A transformer feeds a {device}. Its primary coil has {n} turns, its secondary coil has {m} turns and {u} V go in. Calculate the output voltage in V.",
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
