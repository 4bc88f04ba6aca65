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
				"Waves of length {l} m run through {medium}, {n} of them every {t} s. How fast are they in m/s?",
				"Counting {n} oscillations in {t} s and a wavelength of {l} m, what speed in m/s does a wave have in {medium}?",
				"If {n} waves, each {l} m long, go by in {t} s, what is their speed through {medium} in m/s?",
				"Time: {t} s; waves counted: {n}; wavelength: {l} m. Wave speed in {medium}, in m/s?",
				"For {t} s, waves with a wavelength of {l} m move along {medium}; {n} of them go by. Find their speed in m/s.",
				"A wave in {medium} measures {l} m from crest to crest. In {t} s its source swings {n} times. Calculate the speed of the wave in m/s.",
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
				"An echo returns from a {target} after {t} s. Sound travels at {v} m/s. How far away in m is the {target}?",
				"Sound at {v} m/s goes to a {target} and back in {t} s. Find the distance to it in m.",
				"A pulse comes back {t} s after it was sent to a {target}. Its speed is {v} m/s. What is the one-way distance in m?",
				"Speed of sound: {v} m/s; time until the echo: {t} s. Distance to the {target} in m?",
				"How many m away is a {target} if a signal with a speed of {v} m/s takes {t} s there and back?",
				"It takes {t} s to hear the echo of a {target}, and the speed of sound is {v} m/s. Calculate the distance in m.",
				"Given a delay of {t} s between a call and its echo, and sound at {v} m/s, find how far off in m the {target} lies.",
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
				"A lens forms the image of a {object} at {b} cm; the object is at {g} cm and {h} mm high. Find the image height in mm.",
				"What is the size in mm of the image of a {h} mm {object}, when object and image are {g} cm and {b} cm from the lens?",
				"Object height: {h} mm; image distance: {b} cm; object distance: {g} cm. Image height of the {object} in mm?",
				"If {g} cm in front of a lens there is a {object} that measures {h} mm, how large in mm is its image {b} cm behind the lens?",
				"A lens is {g} cm from a {object} and {b} cm from its sharp image. Find the height of the image in mm if the object is {h} mm tall.",
				"A screen {b} cm behind a lens shows a {object} of {h} mm that stands {g} cm before the lens. Calculate the image height in mm.",
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
