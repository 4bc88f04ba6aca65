package mini

import "math/rand/v2"

// scienceHeat are the families on heat and gases.
func scienceHeat() []*Family {
	return []*Family{
		{
			Name: "heat-capacity", Topic: "heat capacity", Area: "heat", Weight: 6, Popular: 4,
			Params: withNumbers("liquid", "m", "c", "t", "e"),
			Wording: []string{
				"A pot with {m} kg of {liquid} goes from {t} degrees up to {e} degrees. The specific heat is {c} kJ per kg and degree. What heat in kJ does this take?",
				"How much heat in kJ warms {m} kg of {liquid} from {t} degrees to {e} degrees, if its specific heat is {c} kJ per kg and degree?",
				"Find the heat in kJ, given {m} kg of {liquid}, an initial temperature of {t} degrees, a final one of {e} degrees and a specific heat of {c} kJ per kg and degree.",
				"Mass of the {liquid}: {m} kg; initial temperature: {t} degrees; final temperature: {e} degrees; specific heat: {c} kJ per kg and degree. Heat in kJ?",
				"A mass of {m} kg of {liquid} is heated from {t} degrees to {e} degrees. Calculate the heat in kJ for a specific heat of {c} kJ per kg and degree.",
			},
			Draw: func(r *rand.Rand) Vars {
				t := between(r, 5, 60)
				return quantities{
					"m": between(r, 2, 9), "c": between(r, 2, 9), "t": t, "e": t + choose(r, []int{10, 12, 15, 20, 25, 50}),
				}.with(r, "liquid", liquids)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				d := w.sub("d = e - t", v.Dec("e"), v.Dec("t"))
				a := w.mul("a = m * c", v.Dec("m"), v.Dec("c"))
				return w.solution(w.mul("Q = a * d", a, d))
			},
		},
		{
			Name: "boyles-law", Topic: "Boyle's law", Area: "heat", Weight: 4, Popular: 2,
			Params: withNumbers("gas", "p", "v", "w"),
			Wording: []string{
				"Some {gas} has a pressure of {p} kPa in {v} l. At the same temperature it is brought to {w} l. What is the new pressure in kPa?",
				"What new pressure in kPa does {gas} reach at constant temperature if its pressure was {p} kPa and its volume changes from {v} l to {w} l?",
				"Find the new pressure in kPa of {gas} at constant temperature, given an old pressure of {p} kPa, an old volume of {v} l and a new volume of {w} l.",
				"Old pressure of the {gas}: {p} kPa; old volume: {v} l; new volume at the same temperature: {w} l. New pressure in kPa?",
				"At a pressure of {p} kPa, {gas} fills {v} l. A piston brings it to a volume of {w} l at constant temperature. Use Boyle's law to calculate the new pressure in kPa.",
			},
			Draw: func(r *rand.Rand) Vars {
				v, w := twoBetween(r, 2, 9)
				return quantities{"p": w * between(r, 2, 40), "v": v, "w": w}.with(r, "gas", gases)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				k := w.mul("k = p * v", v.Dec("p"), v.Dec("v"))
				return w.solution(w.div("q = k / w", k, v.Dec("w")))
			},
		},
		{
			Name: "absolute-temperature", Topic: "absolute temperature", Area: "heat", Weight: 2, Popular: 1,
			Params: withNumbers("solid", "t", "d"),
			Wording: []string{
				"A piece of {solid} at {t} degrees Celsius is warmed by {d} degrees. What is its absolute temperature in kelvin then?",
				"What absolute temperature in kelvin does {solid} reach if it starts at {t} degrees Celsius and its temperature rises by {d} degrees?",
				"Find the absolute temperature in kelvin of {solid}, given a start at {t} degrees Celsius and a rise of {d} degrees.",
				"Initial temperature of the {solid}: {t} degrees Celsius; rise: {d} degrees. Absolute temperature at the end in kelvin?",
				"The temperature of {solid} was {t} degrees Celsius before it became {d} degrees warmer. Calculate its final absolute temperature in kelvin.",
			},
			Draw: func(r *rand.Rand) Vars {
				return quantities{"t": between(r, 2, 99), "d": between(r, 2, 250)}.with(r, "solid", solids)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				s := w.add("s = t + d", v.Dec("t"), v.Dec("d"))
				return w.solution(w.add("T = s + 273", s, Int(273)))
			},
		},
		{
			Name: "efficiency", Topic: "efficiency", Area: "heat", Weight: 3, Popular: 1,
			Params: withNumbers("device", "n", "q", "p"),
			Wording: []string{
				"Each of {n} engines in a {device} takes in {q} J of heat and has an efficiency of {p} percent. How much work in J do they do together?",
				"What total work in J do the {n} engines of a {device} do if each takes in {q} J of heat and its efficiency is {p} percent?",
				"Find the total work in J of a {device}, given {n} engines, {q} J of heat for each engine and an efficiency of {p} percent.",
				"Number of engines in the {device}: {n}; heat per engine: {q} J; efficiency: {p} percent. Total work in J?",
				"A {device} has {n} equal engines. Each gets {q} J of heat and turns {p} percent of it into work. Calculate the total work in J.",
			},
			Draw: func(r *rand.Rand) Vars {
				p := choose(r, []int{10, 12, 15, 20, 25, 50})
				return quantities{"n": between(r, 2, 9), "q": 100 * between(r, 2, min(80, 999/p)), "p": p}.with(r, "device", devices)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				h := w.div("h = q / 100", v.Dec("q"), Int(100))
				u := w.mul("u = h * p", h, v.Dec("p"))
				return w.solution(w.mul("W = u * n", u, v.Dec("n")))
			},
		},
	}
}
