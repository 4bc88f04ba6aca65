package private

// scienceWordings are the private wordings of the science families, by family
// name.
func scienceWordings() map[string][]string {
	return map[string][]string{
		"average-speed": {
			"After {a} km a {thing} pauses, then goes on for {b} km. It moves for {t} hours in all. Give its average speed in km/h.",
			"The log of a {thing} shows {a} km plus {b} km, driven in {t} hours. Which average speed in km/h is that?",
		},
		"newtons-second-law": {
			"A {body} with mass {m} kg is to gain {a} m/s in every second. What force in N is needed?",
			"Find the resultant force in N on a {body}: its mass is {m} kg, its acceleration {a} m/s2.",
		},
		"acceleration": {
			"A {thing} moving at {u} m/s reaches {v} m/s and needs {t} s for it. How large is its acceleration in m/s2?",
			"By how many m/s2 does a {thing} accelerate, if {t} s take it from {u} m/s to {v} m/s?",
		},
		"mechanical-energy": {
			"The mass of a {ball} is {m} kg, its speed {v} m/s, its potential energy {u} J. Find its kinetic plus potential energy in J.",
			"What total energy in J has a {ball} with {u} J of potential energy, {m} kg of mass and a speed of {v} m/s?",
		},
		"potential-energy": {
			"A crane raises a {load} with a mass of {m} kg to a height of {h} m. What is its potential energy in J at g = {g} N/kg?",
			"On a moon with g = {g} N/kg a {load} of {m} kg lies on a ledge {h} m up. Find its potential energy in J.",
		},
		"lever": {
			"A {lever} is in balance: {f} N pull at {a} m from the pivot, an unknown force at {b} m. How big is that force in N?",
			"To balance {f} N that act {a} m from the pivot of a {lever}, what force in N is needed at {b} m from it?",
		},
		"ohms-law": {
			"Calculate the voltage in V at a {device} of {r} ohm, when the current is {i} A.",
			"An ammeter shows {i} A in a {device} whose resistance is {r} ohm. Which voltage in V is applied?",
		},
		"series-circuit": {
			"A {source} with {u} V feeds {a} ohm and {b} ohm connected in series. How many A does it deliver?",
			"Two resistors in series, {a} ohm plus {b} ohm, are joined to a {source}. Its voltage is {u} V. Find the current in A.",
		},
		"electrical-energy": {
			"How many J does a {device} take from the mains in {t} s at {u} V and {i} A?",
			"The voltage at a {device} is {u} V, the current {i} A. What electrical energy in J is used within {t} s?",
		},
		"transformer": {
			"A transformer has {n} primary and {m} secondary turns. Its input is {u} V. What voltage in V reaches the {device}?",
			"Which voltage in V does a {device} get from a transformer fed with {u} V, with {n} turns at the input and {m} at the output?",
		},
		"heat-capacity": {
			"What amount of heat in kJ must {m} kg of {liquid} with c = {c} kJ per kg and degree receive to go from {t} to {e} degrees?",
			"The temperature of {m} kg of {liquid} rises from {t} to {e} degrees. With a specific heat of {c} kJ per kg and degree, find the heat in kJ.",
		},
		"boyles-law": {
			"At constant temperature the volume of {gas} changes from {v} l to {w} l. Its first pressure is {p} kPa. Find the second one in kPa.",
			"A syringe holds {v} l of {gas} at {p} kPa. What pressure in kPa has the gas at {w} l, equally warm?",
		},
		"absolute-temperature": {
			"The temperature of {solid} is {t} degrees Celsius and rises by {d} degrees. Express the result in kelvin.",
			"By {d} degrees does {solid} heat up from {t} degrees Celsius. What is the final temperature in kelvin?",
		},
		"efficiency": {
			"There are {n} engines of a {device}. Each receives {q} J of heat at an efficiency of {p} percent. Find their total work in J.",
			"If an engine of a {device} gets {q} J and is {p} percent efficient, how much work in J is done by {n} such engines?",
		},
		"wave-speed": {
			"A buoy in {medium} counts {n} waves within {t} s; crests are {l} m apart. Find the speed of the waves in m/s.",
			"What is the speed in m/s of waves in {medium}, {l} m long, when {n} of them arrive in {t} s?",
		},
		"echo": {
			"How many m away is a {target} whose echo is heard after {t} s, if the speed of sound is {v} m/s?",
			"A signal of {v} m/s is reflected by a {target} and needs {t} s there and back. What is the distance in m?",
		},
		"lens-magnification": {
			"A lens is {g} cm from a {object} and {b} cm from its image. The {object} measures {h} mm. Find the height of the image in mm.",
			"How high in mm is the picture of a {object} of {h} mm, if a lens has it {g} cm in front and the picture {b} cm behind?",
		},
		"density": {
			"Find the density in g/ml of {solid}: {m} g of it make the level in a cylinder go from {a} ml to {b} ml.",
			"A lump of {solid} weighs {m} g. Put into water, it moves the mark from {a} ml to {b} ml. How dense is it in g/ml?",
		},
		"dilution": {
			"A flask contains {v} l of {solute} solution, {c} g in each l. Somebody adds {w} l of water. How many g/l are left?",
			"Adding {w} l of water to {v} l of {solute} solution of {c} g/l gives what concentration in g/l?",
		},
		"molar-mass": {
			"How many g are {n} mol of a {fuel} whose molecule consists of {c} carbon atoms and {h} hydrogen atoms (12 and 1 g/mol)?",
			"The molecule of a {fuel} is C{c}H{h}. Taking C as 12 and H as 1, find the mass in g of {n} mol.",
		},
		"half-life": {
			"The half-life of {tracer} is {h} days. From {m} mg, what amount in mg is left {t} days later?",
			"There are {m} mg of {tracer} today. It halves every {h} days. How many mg will there be in {t} days?",
		},
		"mean-reading": {
			"A {gauge} shows {a}, later {b} and at last {c}. Calculate the mean of these readings.",
			"The readings {a}, {b} and {c} were taken with a {gauge}. What is their mean?",
		},
		"trapezoid": {
			"The parallel sides of a {plot} are {a} m and {b} m long and lie {h} m apart. Find the area of this trapezoid in m2.",
			"What area in m2 has a {plot}, a trapezoid of height {h} m with sides {a} m and {b} m in parallel?",
		},
	}
}
