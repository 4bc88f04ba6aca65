package mini

import "math/rand/v2"

// scienceMechanics are the families on motion, forces and energy.
func scienceMechanics() []*Family {
	return []*Family{
		{
			Name: "average-speed", Topic: "average speed", Area: "mechanics", Weight: 9, Popular: 20,
			Params: withNumbers("thing", "a", "b", "t"),
			Wording: []string{
				"A {thing} covers {a} km in the morning and {b} km in the afternoon, in {t} hours altogether. What is its average speed in km/h?",
				"What average speed in km/h does a {thing} reach if it travels {a} km in the morning, {b} km in the afternoon and needs {t} hours in all?",
				"Find the average speed in km/h of a {thing}, given a first leg of {a} km, a second leg of {b} km and a total time of {t} hours.",
				"First leg of the {thing}: {a} km; second leg: {b} km; total time: {t} hours. Average speed in km/h?",
				"A {thing} first travels {a} km and then {b} km, and the whole trip takes {t} hours. Calculate its average speed in km/h.",
			},
			Draw: func(r *rand.Rand) Vars {
				t := between(r, 2, 12)
				s := t * between(r, 5, 90)
				a := between(r, 1, s-1)
				return quantities{"a": a, "b": s - a, "t": t}.with(r, "thing", vehicles)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				s := w.add("s = a + b", v.Dec("a"), v.Dec("b"))
				return w.solution(w.div("v = s / t", s, v.Dec("t")))
			},
		},
		{
			Name: "newtons-second-law", Topic: "Newton's second law", Area: "mechanics", Weight: 7, Popular: 18,
			Params: withNumbers("body", "m", "a"),
			Wording: []string{
				"A {body} has a mass of {m} kg and an acceleration of {a} m/s2. What is the net force on it in N?",
				"What net force in N gives a {body} of {m} kg an acceleration of {a} m/s2?",
				"Find the net force in N on a {body}, given a mass of {m} kg and an acceleration of {a} m/s2.",
				"Mass of the {body}: {m} kg; acceleration: {a} m/s2. Net force in N?",
				"A {body} with a mass of {m} kg accelerates at {a} m/s2 on smooth ice. Use Newton's second law to calculate the force in N.",
			},
			Draw: func(r *rand.Rand) Vars {
				return quantities{"m": between(r, 2, 250), "a": between(r, 2, 9)}.with(r, "body", bodies)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				return w.solution(w.mul("F = m * a", v.Dec("m"), v.Dec("a")))
			},
		},
		{
			Name: "acceleration", Topic: "acceleration", Area: "mechanics", Weight: 4, Popular: 4,
			Params: withNumbers("thing", "u", "v", "t"),
			Wording: []string{
				"A {thing} speeds up from {u} m/s to {v} m/s in {t} s. What is its acceleration in m/s2?",
				"What acceleration in m/s2 does a {thing} have if its speed rises from {u} m/s to {v} m/s within {t} s?",
				"Find the acceleration in m/s2 of a {thing}, given an initial speed of {u} m/s, a final speed of {v} m/s and a time of {t} s.",
				"Initial speed of the {thing}: {u} m/s; final speed: {v} m/s; time: {t} s. Acceleration in m/s2?",
				"A {thing} starts at a speed of {u} m/s and reaches a speed of {v} m/s after {t} s. Calculate its acceleration in m/s2.",
			},
			Draw: func(r *rand.Rand) Vars {
				t, u := between(r, 2, 12), between(r, 1, 40)
				return quantities{"u": u, "v": u + t*between(r, 2, 9), "t": t}.with(r, "thing", vehicles)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				d := w.sub("d = v - u", v.Dec("v"), v.Dec("u"))
				return w.solution(w.div("a = d / t", d, v.Dec("t")))
			},
		},
		{
			Name: "mechanical-energy", Topic: "mechanical energy", Area: "mechanics", Weight: 3, Popular: 2,
			Params: withNumbers("ball", "m", "v", "u"),
			Wording: []string{
				"A {ball} of {m} kg flies at {v} m/s and has {u} J of potential energy. What is its total mechanical energy in J?",
				"How much mechanical energy in J does a {ball} have in all if its mass is {m} kg, its speed is {v} m/s and its potential energy is {u} J?",
				"Find the total mechanical energy in J of a {ball}, given a mass of {m} kg, a speed of {v} m/s and a potential energy of {u} J.",
				"Mass of the {ball}: {m} kg; speed: {v} m/s; potential energy: {u} J. Total mechanical energy in J?",
				"A {ball} with a mass of {m} kg moves at {v} m/s where its potential energy is {u} J. Calculate its kinetic plus potential energy in J.",
			},
			Draw: func(r *rand.Rand) Vars {
				return quantities{"m": 2 * between(r, 2, 9), "v": between(r, 2, 20), "u": between(r, 10, 400)}.with(r, "ball", balls)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				s := w.mul("s = v * v", v.Dec("v"), v.Dec("v"))
				h := w.div("h = m / 2", v.Dec("m"), Int(2))
				k := w.mul("K = s * h", s, h)
				return w.solution(w.add("E = K + U", k, v.Dec("u")))
			},
		},
		{
			Name: "potential-energy", Topic: "potential energy", Area: "mechanics", Weight: 5, Popular: 5,
			Params: withNumbers("load", "m", "g", "h"),
			Wording: []string{
				"A {load} of {m} kg is lifted {h} m on a planet with gravity {g} N/kg. What potential energy in J does it gain?",
				"How much potential energy in J does a {load} have if its mass is {m} kg and it hangs {h} m above the ground, where gravity is {g} N/kg?",
				"Find the potential energy in J of a {load}, given a mass of {m} kg, a height of {h} m and a gravity of {g} N/kg.",
				"Mass of the {load}: {m} kg; height: {h} m; gravity: {g} N/kg. Potential energy in J?",
				"A rope lifts a {load} with a mass of {m} kg by a height of {h} m, and gravity is {g} N/kg. Calculate its gain in potential energy in J.",
			},
			Draw: func(r *rand.Rand) Vars {
				return quantities{"m": between(r, 2, 50), "g": between(r, 2, 10), "h": between(r, 2, 9)}.with(r, "load", loads)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				f := w.mul("F = m * g", v.Dec("m"), v.Dec("g"))
				return w.solution(w.mul("E = F * h", f, v.Dec("h")))
			},
		},
		{
			Name: "lever", Topic: "lever", Area: "mechanics", Weight: 4, Popular: 1,
			Params: withNumbers("lever", "f", "a", "b"),
			Wording: []string{
				"A force of {f} N acts on a {lever} at {a} m from the pivot. What force in N balances it at {b} m on the other side?",
				"What force in N balances a {lever} if a load of {f} N is {a} m from the pivot and the force acts {b} m from the pivot on the other side?",
				"Find the force in N that balances a {lever}, given a load of {f} N, a load arm of {a} m and a force arm of {b} m.",
				"Load on the {lever}: {f} N; arm of the load: {a} m; arm of the force: {b} m. Balancing force in N?",
				"On a {lever}, a load of {f} N hangs {a} m from the pivot. Calculate the force in N that balances it {b} m from the pivot on the other side.",
			},
			Draw: func(r *rand.Rand) Vars {
				a, b := twoBetween(r, 2, 9)
				return quantities{"f": b * between(r, 2, 40), "a": a, "b": b}.with(r, "lever", levers)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				m := w.mul("M = F * a", v.Dec("f"), v.Dec("a"))
				return w.solution(w.div("x = M / b", m, v.Dec("b")))
			},
		},
	}
}
