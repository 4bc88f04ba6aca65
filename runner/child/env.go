package child

import (
	"slices"
	"strings"
)

// secretWords are the words of a variable's name by which its value may be a secret.
var secretWords = []string{"KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"}

// Env is the environment without the variables that may hold a secret: those whose
// names say so, and the named ones. What is started here needs none.
func Env(environ []string, named ...string) []string {
	kept := []string{}
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		upper := strings.ToUpper(name)
		if slices.Contains(named, name) || slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(upper, word) }) {
			continue
		}
		kept = append(kept, pair)
	}
	return kept
}
