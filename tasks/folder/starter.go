package folder

import _ "embed" // the starter's pairs

//go:embed starter.csv
var starter string

// Starter are the pairs of a task that waits for its own.
func Starter() []Pair {
	pairs, findings := parsePairs("starter.csv", starter, Columns{})
	if len(findings) > 0 {
		panic(findings[0].String()) // it is part of the program, and tested
	}
	return pairs
}
