package mini

import "math/rand/v2"

// scienceWaves are the families on sound, waves and light.
func scienceWaves() []*Family {
	return []*Family{
		{
			Name: "wave-speed", Topic: "wave speed", Area: "waves", Weight: 5, Popular: 3,
			Params: withNumbers("medium", "n", "t", "l"),
			Wording: []string{
				"In {medium}, {n} waves pass a point in {t} s. The wavelength is {l} m. What is the wave speed in m/s?",
				"What speed in m/s do waves in {medium} have if {n} waves pass by in {t} s and their wavelength is {l} m?",
				"Find the wave speed in m/s in {medium}, given {n} waves in a time of {t} s and a wavelength of {l} m.",
				"Waves counted in {medium}: {n}; time: {t} s; wavelength: {l} m. Wave speed in m/s?",
				"A source sends {n} waves through {medium} in {t} s, and each wave is {l} m long. Calculate the wave speed in m/s.",
			},
			Draw: func(r *rand.Rand) Vars {
				t := between(r, 2, 12)
				return quantities{"n": t * between(r, 2, 60), "t": t, "l": between(r, 2, 9)}.with(r, "medium", media)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				f := w.div("f = n / t", v.Dec("n"), v.Dec("t"))
				return w.solution(w.mul("v = f * l", f, v.Dec("l")))
			},
		},
		{
			Name: "echo", Topic: "echo", Area: "waves", Weight: 3, Popular: 1,
			Params: withNumbers("target", "v", "t"),
			Wording: []string{
				"A {target} returns an echo after {t} s. Sound travels at {v} m/s. How far away is it in m?",
				"How far away in m is a {target} if its echo returns after {t} s and the speed of sound is {v} m/s?",
				"Find the distance in m to a {target}, given a time of {t} s until the echo and a speed of sound of {v} m/s.",
				"Time until the echo of the {target}: {t} s; speed of sound: {v} m/s. Distance in m?",
				"A sound goes to a {target} and back in {t} s at a speed of {v} m/s. Calculate the one-way distance in m.",
			},
			Draw: func(r *rand.Rand) Vars {
				return quantities{"v": 2 * between(r, 50, 499), "t": between(r, 2, 9)}.with(r, "target", targets)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				s := w.mul("s = v * t", v.Dec("v"), v.Dec("t"))
				return w.solution(w.div("d = s / 2", s, Int(2)))
			},
		},
		{
			Name: "lens-magnification", Topic: "lens magnification", Area: "waves", Weight: 2, Popular: 0,
			Params: withNumbers("object", "g", "b", "h"),
			Wording: []string{
				"A {object} of {h} mm stands {g} cm before a lens, its image {b} cm behind the lens. How tall in mm is the image?",
				"What image height in mm does a lens give if a {object} is {h} mm tall, the object distance is {g} cm and the image distance is {b} cm?",
				"Find the image height in mm of a {object} before a lens, given an object height of {h} mm, an object distance of {g} cm and an image distance of {b} cm.",
				"Height of the {object}: {h} mm; object distance from the lens: {g} cm; image distance: {b} cm. Image height in mm?",
				"A lens shows a {object} with a height of {h} mm. The object is {g} cm before the lens and the image {b} cm behind it. Calculate the image height in mm.",
			},
			Draw: func(r *rand.Rand) Vars {
				g := choose(r, []int{4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25})
				return quantities{"g": g, "b": g * between(r, 2, 9), "h": between(r, 2, 60)}.with(r, "object", objects)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				m := w.div("m = b / g", v.Dec("b"), v.Dec("g"))
				return w.solution(w.mul("H = h * m", v.Dec("h"), m))
			},
		},
	}
}
