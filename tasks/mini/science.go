package mini

import (
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// The science domain: a situation with a few quantities, a formula or two and a
// numeric answer in the unit that the question names.
//
// Worked solutions have one operation a line, first in letters, then in
// numbers: "v = s / t = 120 / 4 = 30". Draws keep to arithmetic that a small
// model does: up to four digits in sums, factors of few digits, exact quotients
// but for a half.

// scienceFamilies returns the families of the science domain, in the order of
// their areas.
func scienceFamilies() []*Family {
	all := slices.Concat(scienceMechanics(), scienceElectricity(), scienceHeat(), scienceWaves(),
		scienceChemistry(), scienceMeasurement())
	for _, f := range all {
		f.Domain = results.Science
	}
	return all
}

// knownScience names the four families that the student's pre-training may show.
func knownScience() []string {
	return []string{"potential-energy", "heat-capacity", "wave-speed", "dilution"}
}

// withNumbers lists as parameters a cosmetic word and numbers.
func withNumbers(word string, numbers ...string) []Param {
	params := []Param{{word, Word}}
	for _, n := range numbers {
		params = append(params, Param{n, Number})
	}
	return params
}

// The things that questions are about.
var (
	vehicles = []string{"train", "bus", "truck", "lorry", "van", "car", "tram", "cyclist", "coach", "taxi"}
	bodies   = []string{"crate", "sled", "cart", "trolley", "block", "wagon", "barrel", "box", "canoe", "piano"}
	balls    = []string{"ball", "stone", "bird", "drone", "dart", "kite", "glider", "puck", "rock", "disc"}
	loads    = []string{"bucket", "brick", "climber", "lamp", "sack", "book", "basket", "beam", "pipe", "bell"}
	levers   = []string{"plank", "crowbar", "seesaw", "rod", "beam", "pole", "bar", "board", "lever", "spanner"}
	devices  = []string{"lamp", "heater", "motor", "kettle", "fan", "toaster", "pump", "radio", "mixer", "drill"}
	sources  = []string{"battery", "generator", "dynamo", "charger", "cell", "supply", "solar panel", "fuel cell"}
	solids   = []string{"copper", "iron", "glass", "lead", "silver", "marble", "brass", "tin", "zinc", "granite"}
	liquids  = []string{"water", "oil", "milk", "syrup", "petrol", "brine", "ethanol", "glycerine", "juice", "wax"}
	gases    = []string{"helium", "air", "argon", "neon", "oxygen", "nitrogen", "methane", "hydrogen", "krypton", "xenon"}
	media    = []string{"water", "air", "steel", "a rope", "a spring", "glass", "sea water", "a string", "oil", "wood"}
	targets  = []string{"cliff", "wreck", "wall", "reef", "glacier", "whale", "sea bed", "tower", "mountain", "submarine"}
	objects  = []string{"candle", "coin", "leaf", "pencil", "flower", "beetle", "doll", "key", "bulb", "stamp"}
	solutes  = []string{"salt", "sugar", "citrate", "dye", "soda", "vinegar", "fertiliser", "nitrate", "glucose", "bromide"}
	tracers  = []string{"iodine", "radon", "cobalt", "carbon", "radium", "cesium", "polonium", "thorium", "sodium", "tritium"}
	fuels    = []string{"fuel", "wax", "solvent", "gas", "polymer", "resin", "vapour", "paraffin"}
	gauges   = []string{"balance", "ruler", "timer", "scale", "sensor", "meter", "thermometer", "clock"}
	plots    = []string{"field", "roof", "garden", "sail", "window", "plate", "panel", "floor"}
)
