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
			"f takes all the numbers of xs, a list of {items}, and gives back their sum.",
			"Add up all the {items} in the list xs and return the total."),
		"product": asserting(list,
			"f takes a list xs, multiplies all its numbers together and gives back the product.",
			"Multiply all numbers of the list by one another and return the result, the product."),
		"sum-of-evens": asserting(list,
			"Given a list xs, f ignores the odd numbers and gives back the total of the even ones.",
			"Add up the even numbers in xs and return their sum; the odd ones do not count."),
		"range": asserting(list,
			"Given a list of {items}, f tells the difference: the largest number minus the smallest number.",
			"Subtract the minimum of xs, a list of {items}, from the maximum, and return the difference."),
		"maximum": asserting(list,
			"Given xs, a list of {items}, f picks the largest of all its numbers.",
			"Find the largest value of xs, a list of {items}, and return this maximum."),
		"minimum": asserting(list,
			"Given xs, a list of {items}, f picks the smallest of all its numbers.",
			"Find the smallest value of xs, a list of {items}, and return this minimum."),
		"sort-ascending": asserting(list,
			"Given a list xs, f sorts it and returns the numbers in increasing order.",
			"Sort the list xs so that its numbers are in ascending order, and return it."),
		"keep-evens": asserting(list,
			"Given a list xs, f returns a new list: it keeps only the even numbers and drops the odd ones.",
			"Drop every odd number of xs and return the list of the even numbers, in the same order."),
		"keep-greater": asserting(listNumber,
			"f takes a list xs and a number k and returns only the numbers greater than k, in order.",
			"Keep each number of xs that is above k, and return the list of these numbers."),
		"count-greater": asserting(listNumber,
			"f takes xs, a list of {items}, and returns the count of all numbers that are greater than k.",
			"Count how many of the numbers in xs, a list of {items}, are above k, and return the result."),
		"double-each": asserting(list,
			"Every number of the list xs is doubled by f, which returns the new list.",
			"Double each number: return the list that has every number of xs times 2."),
		"add-to-each": asserting(listNumber,
			"Given xs, a list of {items}, f adds the number k to each number and returns the new list.",
			"Increase every number of xs by k and return the new list of {items}."),
		"squares": asserting(list,
			"Given a list xs, f returns the list of the squares: each number is taken times itself.",
			"Square every number of the list xs and return the squares in the same order."),
		"running-sums": asserting(list,
			"f takes a list of {items} and returns a list of running sums: each number is replaced by the total so far.",
			"Return the cumulative sums of a list of {items}: at each position of xs, the running total so far."),
		"reverse-list": asserting(list,
			"f takes a list xs and returns it backwards, from the last number to the first.",
			"Reverse the order of the numbers in xs and return the list."),
		"first-k": asserting(listNumber,
			"f takes a list xs and returns only the k numbers that come first.",
			"Take the first k numbers from the beginning of xs and return them as a list."),
		"swap-ends": asserting(list,
			"f returns a copy of xs in which the first and the last number exchange places; the others stay.",
			"Swap the two ends of the list xs, its first and its last number, and return the list."),
		"every-second": asserting(list,
			"Starting with the first number of xs, f takes every second one and skips the numbers between them.",
			"Keep the first number of xs, skip the next one, and so on: return every second number of the list."),
		"contains": asserting(listNumber,
			"Given xs and a number k, the value of f is True if the list contains k, else False.",
			"Check whether k occurs in the list xs, and return True if it does, otherwise False."),
		"reverse-string": asserting(text,
			"f takes a string s and returns its letters backwards, from the last to the first.",
			"Reverse the order of the letters in s and return the string."),
		"repeat-string": asserting(textNumber,
			"f takes the string s and returns k copies of it in a row, as one string.",
			"Repeat the string s k times, without spaces, and return it as one string."),
		"count-letter": asserting(textLetter,
			"Given a string s, f counts how many times the letter c occurs among its letters.",
			"Count how often the letter c occurs in the string s and return the count."),
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
