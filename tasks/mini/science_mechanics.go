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
				"What average speed in km/h does a {thing} reach that needs {t} hours for two legs of {a} km and {b} km?",
				"In {t} hours a {thing} travels first {a} km and then {b} km. Find the average speed in km/h.",
				"A {thing} goes {a} km before a break and, with {t} hours of travel in all, {b} km after it. Find its average speed in km/h.",
				"Last leg: {b} km; first leg: {a} km; total time: {t} hours. Average speed of the {thing} in km/h?",
				"A {thing} does {b} km after lunch on a trip that lasts {t} hours; the other part is {a} km before lunch. Calculate the mean speed in km/h.",
				"Given: {t} hours of travel, {b} km on the way back, {a} km on the way out. How fast is the {thing} on average, in km/h?",
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
				"What net force in N gives a {body} of {m} kg an acceleration of {a} m/s2?",
				"A {body} has a mass of {m} kg and speeds up at {a} m/s2. Use Newton's second law to find the force in N.",
				"How strongly, in N, must one push to accelerate a {m} kg {body} at {a} m/s2 without friction?",
				"To reach an acceleration of {a} m/s2, what force in N does a {body} with a mass of {m} kg need?",
				"Acceleration: {a} m/s2; mass of the {body}: {m} kg. Net force in N?",
				"A {body} accelerates at {a} m/s2 on smooth ice. Find the net force on it in N if it weighs {m} kg.",
				"Given {a} m/s2 as the acceleration and {m} kg as the mass of a {body}, calculate the force in N by Newton's second law.",
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
				"Within {t} s the speed of a {thing} rises from {u} m/s to {v} m/s. Calculate the acceleration in m/s2.",
				"Find the constant acceleration in m/s2 of a {thing} that goes at {u} m/s and, {t} s later, at {v} m/s.",
				"A {thing} reaches {v} m/s after it started at {u} m/s, and takes {t} s for this. Calculate its acceleration in m/s2.",
				"What acceleration in m/s2 brings a {thing} to {v} m/s within {t} s, when its speed was {u} m/s at first?",
				"Time: {t} s; final speed: {v} m/s; initial speed: {u} m/s. Acceleration of the {thing} in m/s2?",
				"At the end a {thing} has a speed of {v} m/s, against {u} m/s at the start. Find the acceleration in m/s2 if this lasts {t} s.",
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
				"Add kinetic and potential energy: a {m} kg {ball} moves at {v} m/s where its potential energy is {u} J. Give the sum in J.",
				"With {u} J stored in its height, a {ball} (mass {m} kg) has a speed of {v} m/s. How much energy in J has it in all?",
				"Mass of the {ball}: {m} kg; potential energy: {u} J; speed: {v} m/s. Total mechanical energy in J?",
				"Moving at {v} m/s, a {ball} with a mass of {m} kg also has a potential energy of {u} J. Find its kinetic plus potential energy in J.",
				"How much mechanical energy in J has a {ball} with a speed of {v} m/s, a potential energy of {u} J and a mass of {m} kg?",
				"Because of its height a {ball} has {u} J. It also travels at {v} m/s and weighs {m} kg. Calculate the total energy in J.",
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
				"How much potential energy in J has a {m} kg {load} that hangs {h} m above the ground, if g = {g} N/kg?",
				"Gravity is {g} N/kg. Raising a {load} by {h} m takes how many J, when its mass is {m} kg?",
				"Mass of the {load}: {m} kg; gravity: {g} N/kg; height: {h} m. Potential energy in J?",
				"On a moon with g = {g} N/kg, a rope pulls a {load} that weighs {m} kg up by {h} m. Calculate the gain in potential energy in J.",
				"At a height of {h} m there is a {load} with a mass of {m} kg. Find its potential energy in J for a gravity of {g} N/kg.",
				"What energy in J is needed to hoist by {h} m, against a gravity of {g} N/kg, a {load} that has {m} kg?",
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
				"On one side of a {lever}, {a} m from its pivot, hang {f} N. How many N must hang {b} m from the pivot on the other?",
				"Which force in N, applied {b} m from the pivot of a {lever}, holds {f} N at a distance of {a} m in balance?",
				"Given: load {f} N, arm of the effort {b} m, arm of the load {a} m. Which effort in N balances the {lever}?",
				"The two arms of a {lever} are {a} m and {b} m long. Find the force in N on the second arm that balances {f} N on the first.",
				"How many N must press on a {lever}, {b} m from the pivot, if {a} m from it on the other side there is a load of {f} N?",
				"To balance {f} N on a {lever}, someone pushes {b} m from the pivot, while the load sits {a} m from it. Calculate the push in N.",
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
