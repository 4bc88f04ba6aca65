package mini

import "math/rand/v2"

// scienceHeat are the families on heat and gases.
func scienceHeat() []*Family {
	return []*Family{
		{
			Name: "heat-capacity", Topic: "heat capacity", Area: "heat", Weight: 6, Popular: 4,
			Params: withNumbers("liquid", "m", "c", "t", "e"),
			Wording: []string{
				"How much heat in kJ warms {m} kg of {liquid} from {t} to {e} degrees, if its specific heat is {c} kJ per kg and degree?",
				"The specific heat of some {liquid} is {c} kJ per kg and degree. Heating {m} kg from {t} to {e} degrees takes how many kJ?",
				"A pot with {m} kg of {liquid} goes from {t} degrees up to {e} degrees; c = {c} kJ per kg and degree. Find the heat in kJ.",
				"To reach {e} degrees from {t} degrees, with a specific heat of {c} kJ per kg and degree, how much heat in kJ do {m} kg of {liquid} need?",
				"Initial temperature: {t} degrees; mass of the {liquid}: {m} kg; final temperature: {e} degrees; specific heat: {c} kJ per kg and degree. Heat in kJ?",
				"Now at {e} degrees, {m} kg of {liquid} (c = {c} kJ per kg and degree) were at {t} degrees before. Find the heat supplied in kJ.",
				"Some {liquid} at {t} degrees has a specific heat of {c} kJ per kg and degree. Calculate the heat in kJ that takes {m} kg to {e} degrees.",
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
				"Use Boyle's law: {v} l of {gas} at {p} kPa change to a volume of {w} l. Find the pressure in kPa.",
				"A piston takes {gas} from {v} l to {w} l with no change of temperature. The pressure was {p} kPa. What is it now, in kPa?",
				"What pressure in kPa does {gas} reach, starting from {p} kPa, once it fills {w} l instead of {v} l at a constant temperature?",
				"New volume: {w} l; old pressure: {p} kPa; old volume: {v} l. New pressure of the {gas} in kPa by Boyle's law?",
				"At constant temperature, {gas} ends up in {w} l after it filled {v} l at {p} kPa. Calculate its final pressure in kPa.",
				"A pump holds {gas} at {p} kPa. Find the pressure in kPa when it takes up {w} l, if it took up {v} l before and stays equally warm.",
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
				"Give in kelvin the temperature of {solid} that was at {t} degrees Celsius and has become {d} degrees hotter.",
				"Starting at {t} degrees Celsius, {solid} gains {d} degrees. How many kelvin is that (add 273)?",
				"Rise: {d} degrees; start: {t} degrees Celsius. Final temperature of the {solid} in kelvin?",
				"After a rise of {d} degrees from {t} degrees Celsius, what is the absolute temperature of {solid} in kelvin?",
				"Find in kelvin how hot {solid} gets if {d} degrees are added to its {t} degrees Celsius.",
				"A fire makes {solid} warmer by {d} degrees. It was at {t} degrees Celsius before. How many kelvin does it have now?",
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
				"Each of {n} equal engines takes in {q} J and powers a {device}; its efficiency is {p} percent. How much work in J do they do together?",
				"An engine for a {device} turns {p} percent of its heat into work. How many J of work do {n} of them give, at {q} J of heat each?",
				"What work in J comes from {n} engines of a {device} that get {q} J of heat each and are {p} percent efficient?",
				"There are {n} engines with an efficiency of {p} percent in a {device}. Find their total work in J, when each takes in {q} J of heat.",
				"Heat per engine: {q} J; number of engines in the {device}: {n}; efficiency: {p} percent. Total work in J?",
				"Fed with {q} J of heat, one engine makes {p} percent of it into work. How many J of work does a {device} get from {n} such engines?",
				"At an efficiency of {p} percent and {q} J of heat per engine, calculate the work in J that {n} engines do for a {device}.",
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
