package private

// codeWordings are the private wordings of the code families, by family name.
func codeWordings() map[string][]string {
	const (
		list       = "f({xs})"
		listNumber = "f({xs}, {k})"
		text       = "f({s})"
		textNumber = "f({s}, {k})"
		textLetter = "f({s}, {c})"
	)
	return map[string][]string{
		"sum": asserting(list,
			"Given the daily {items}, f works out the overall total.",
			"What you get from f is the sum over the whole list of {items}."),
		"product": asserting(list,
			"Multiply every number in the list together: that product is what f returns.",
			"f gives the first number times the second times the third and so on, through the whole list."),
		"sum-of-evens": asserting(list,
			"f returns the total of the even entries of the list; odd entries are left out.",
			"Looking only at even numbers, f gives back their sum."),
		"range": asserting(list,
			"f measures the spread of the {items}: the highest value minus the lowest value.",
			"Take the largest of the {items}, subtract the smallest, and you have what f returns."),
		"maximum": asserting(list,
			"f looks through the {items} and gives back the highest value.",
			"Which number of {items} is the largest? f answers with this maximum."),
		"minimum": asserting(list,
			"f looks through the {items} and gives back the lowest value.",
			"Which number of {items} is the smallest? f answers with this minimum."),
		"sort-ascending": asserting(list,
			"f returns the same numbers, sorted so that none is smaller than the one before it.",
			"Put the list in ascending order, smallest number first: that is what f does."),
		"keep-evens": asserting(list,
			"f filters a list: odd numbers go, even numbers stay.",
			"The list that f returns holds just the even numbers of xs."),
		"keep-greater": asserting(listNumber,
			"f drops from xs everything up to k and returns the list of numbers greater than k.",
			"Which numbers in the list are above k? f keeps those in a new list."),
		"count-greater": asserting(listNumber,
			"How many numbers in the list of {items} are greater than k? f returns that count.",
			"Given the {items} of each day, f returns the count of days with a number above k."),
		"double-each": asserting(list,
			"f makes every entry of the list twice as large.",
			"What f returns is a list in which all numbers are doubled."),
		"add-to-each": asserting(listNumber,
			"f returns the list of {items} with every entry increased by k.",
			"A bonus of k {items} is added to each number, and f returns the results as a list."),
		"squares": asserting(list,
			"The squares of the numbers in the list are what f returns.",
			"f squares every entry: each number times itself."),
		"running-sums": asserting(list,
			"From a list of {items}, f makes the list of running totals.",
			"At each position f writes down the sum of all {items} so far."),
		"reverse-list": asserting(list,
			"f returns the list in reverse order.",
			"Turn the list around so that its last number comes first: this is the result of f."),
		"first-k": asserting(listNumber,
			"f cuts the list off after its first k numbers.",
			"Take k numbers from the beginning of xs and you have the list that f returns."),
		"swap-ends": asserting(list,
			"After f, the last number stands first and the first number stands last; the middle is unchanged.",
			"f exchanges the two numbers at the ends of a list and returns it."),
		"every-second": asserting(list,
			"f returns every other number: the first is kept, the second is skipped, and so on.",
			"Keep the first number, leave out the next, keep the one after it: f goes through the whole list so."),
		"contains": asserting(listNumber,
			"f answers True when k is one of the numbers in xs and False when it is not.",
			"Does k occur in the list? f says True or False."),
		"reverse-string": asserting(text,
			"f returns the word written from its last letter to its first letter.",
			"Read the string backwards: the result is what f returns."),
		"repeat-string": asserting(textNumber,
			"f puts k copies of s together, one after the other.",
			"The string that f returns is the word repeated k times."),
		"count-letter": asserting(textLetter,
			"f goes through s and counts the letters that are equal to c.",
			"The result of f is the number of times that c occurs in the word s."),
	}
}

// asserting ends each description of f with the assertion to complete.
func asserting(call string, descriptions ...string) []string {
	wordings := make([]string, len(descriptions))
	for i, d := range descriptions {
		wordings[i] = d + "\nassert " + call + " == # TODO"
	}
	return wordings
}
