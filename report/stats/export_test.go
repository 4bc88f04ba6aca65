package stats

// MostTrue is mostTrue of entries a, b, ... with decided pairs such as "ab".
func MostTrue(entries int, decided []string) int {
	letters := make([]Entry, entries)
	for i := range letters {
		letters[i].Agent = string(rune('a' + i))
	}
	var pairs []Decided
	for _, d := range decided {
		pairs = append(pairs, Decided{Pair: Pair{A: letters[d[0]-'a'], B: letters[d[1]-'a']}})
	}
	return mostTrue(letters, pairs)
}

// TQuantile is that of Student's t.
func TQuantile(p, nu float64) float64 { return tQuantile(p, nu) }

// BaseRight is how many answers of the base student are right.
func BaseRight(c *Cell) float64 { return c.base * float64(c.items) }
