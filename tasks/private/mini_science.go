package private

// scienceWordings are the private wordings of the science families, by family
// name.
func scienceWordings() map[string][]string {
	return map[string][]string{
		"average-speed": {
			"A {thing} first travels {a} km and then {b} km. It needs {t} hours in all. What average speed in km/h does it reach?",
			"The first leg of a {thing} is {a} km, its second leg is {b} km, and the whole trip takes {t} hours. Find its average speed in km/h.",
		},
		"newtons-second-law": {
			"The mass of a {body} is {m} kg. What net force in N gives it an acceleration of {a} m/s2?",
			"Given a {body} with a mass of {m} kg that accelerates at {a} m/s2, calculate the net force on it in N.",
		},
		"acceleration": {
			"A {thing} has an initial speed of {u} m/s and speeds up to {v} m/s within {t} s. What is its acceleration in m/s2?",
			"The speed of a {thing} rises from {u} m/s to {v} m/s in a time of {t} s. Find its acceleration in m/s2.",
		},
		"mechanical-energy": {
			"The mass of a {ball} is {m} kg. It flies at a speed of {v} m/s and has {u} J of potential energy. How much mechanical energy in J does it have in all?",
			"A {ball} of {m} kg moves at a speed of {v} m/s, and its potential energy is {u} J. Find its total mechanical energy in J.",
		},
		"potential-energy": {
			"A {load} has a mass of {m} kg and hangs at a height of {h} m. Gravity is {g} N/kg. What is its potential energy in J?",
			"Calculate the potential energy in J that a {load} of {m} kg gains when it is lifted by {h} m on a planet with a gravity of {g} N/kg.",
		},
		"lever": {
			"On a {lever}, the load is {f} N and the load arm is {a} m. What force in N balances it with a force arm of {b} m?",
			"Given a load of {f} N that hangs on a {lever} {a} m from the pivot, find the force in N that balances it at {b} m on the other side.",
		},
		"ohms-law": {
			"The current through a {device} is {i} A and its resistance is {r} ohm. What voltage in V lies across it?",
			"Given that a {device} draws a current of {i} A and has a resistance of {r} ohm, calculate the voltage in V across it.",
		},
		"series-circuit": {
			"A resistor of {a} ohm is in series with a second resistor of {b} ohm. The voltage of the {source} is {u} V. What is the current in A?",
			"In a series circuit with a {source}, the first resistor has {a} ohm and the second one {b} ohm. The voltage is {u} V. Find the current in A.",
		},
		"electrical-energy": {
			"The voltage of a {device} is {u} V and its current is {i} A. How much electrical energy in J does it use in a time of {t} s?",
			"A {device} runs on {u} V and draws a current of {i} A for {t} s. Calculate the electrical energy in J that it uses.",
		},
		"transformer": {
			"The primary coil of a transformer has {n} turns and its secondary coil has {m} turns. The input voltage is {u} V. What output voltage in V does a {device} get?",
			"A transformer with {n} primary turns and {m} secondary turns feeds a {device}. Find the output voltage in V when {u} V go in.",
		},
		"heat-capacity": {
			"A pot with {m} kg of {liquid} is heated from {t} degrees to {e} degrees. What heat in kJ does this take if the specific heat is {c} kJ per kg and degree?",
			"A mass of {m} kg of {liquid} has an initial temperature of {t} degrees and goes up to {e} degrees. The specific heat is {c} kJ per kg and degree. Find the heat in kJ.",
		},
		"boyles-law": {
			"The pressure of some {gas} is {p} kPa and its volume is {v} l. What is the new pressure in kPa when it is brought to {w} l at the same temperature?",
			"At constant temperature, some {gas} with an old pressure of {p} kPa goes from an old volume of {v} l to a new volume of {w} l. Find its new pressure in kPa.",
		},
		"absolute-temperature": {
			"The temperature of a piece of {solid} is {t} degrees Celsius and rises by {d} degrees. What absolute temperature in kelvin does it reach?",
			"A piece of {solid} starts at {t} degrees Celsius and becomes {d} degrees warmer. Find its final absolute temperature in kelvin.",
		},
		"efficiency": {
			"A {device} has {n} engines, and each takes in {q} J of heat. What total work in J do they do at an efficiency of {p} percent?",
			"Each of the {n} equal engines of a {device} gets {q} J of heat and has an efficiency of {p} percent. Find their total work in J.",
		},
		"wave-speed": {
			"What is the wave speed in m/s if {n} waves pass a point in {medium} in {t} s and each wave is {l} m long?",
			"In {medium}, a source sends {n} waves in a time of {t} s. Their wavelength is {l} m. Calculate the wave speed in m/s.",
		},
		"echo": {
			"The time until the echo of a {target} is {t} s. What is the distance to it in m if sound travels at {v} m/s?",
			"The echo of a {target} returns after {t} s at a speed of sound of {v} m/s. Find the one-way distance in m.",
		},
		"lens-magnification": {
			"The height of a {object} is {h} mm. It stands {g} cm before a lens, and the image distance is {b} cm. How tall in mm is the image?",
			"A {object} before a lens is {h} mm tall. The object distance is {g} cm, and the image is {b} cm behind the lens. Find the image height in mm.",
		},
		"density": {
			"The mass of a piece of {solid} is {m} g. It raises the water level from {a} ml to {b} ml. What is its density in g/ml?",
			"A piece of {solid} with a mass of {m} g sinks in water. The water level is {a} ml before and {b} ml after. Find the density in g/ml of the piece.",
		},
		"dilution": {
			"The volume of a {solute} solution is {v} l and its concentration is {c} g/l. What new concentration in g/l does it get if {w} l of water are added?",
			"Given {v} l of a {solute} solution at a concentration of {c} g/l, find the new concentration in g/l when it is diluted with {w} l of water.",
		},
		"molar-mass": {
			"The molecules of a {fuel} have {c} carbon atoms (12 g/mol each) and {h} hydrogen atoms (1 g/mol each). What mass in g does an amount of {n} mol have?",
			"A {fuel} molecule consists of {c} carbon atoms (12 g/mol) and {h} hydrogen atoms (1 g/mol). Find the mass in g of {n} mol of it.",
		},
		"half-life": {
			"At the start, a sample holds {m} mg of {tracer}. The half-life is {h} days. How many mg remain after {t} days?",
			"An initial mass of {m} mg of {tracer} decays with a half-life of {h} days. Calculate the mass in mg left after a time of {t} days.",
		},
		"mean-reading": {
			"The first reading of a {gauge} is {a}, the second reading is {b} and the third reading is {c}. What is the average of the three readings?",
			"A {gauge} is read three times. It shows {a} first, then {b} and at last {c}. Find the mean of the readings.",
		},
		"trapezoid": {
			"The bottom side of a {plot} is {a} m, the top side is {b} m and the height is {h} m. What is the area of this trapezoid in m2?",
			"A {plot} is a trapezoid. Its parallel sides are {a} m and {b} m long, and they are {h} m apart. Find its area in m2.",
		},
	}
}
