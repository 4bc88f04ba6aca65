package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlagsFirst(t *testing.T) {
	app := newApp(Env{})
	for line, want := range map[string]string{
		"p status demo --json":                       "p status --json demo",
		"p status --json demo":                       "p status --json demo",
		"p resume demo --out runs --json":            "p resume --out runs --json demo",
		"p resume demo --out=runs":                   "p resume --out=runs demo",
		"p tasks new geo --from f":                   "p tasks new --from f geo",
		"p compare a b --experiment e":               "p compare --experiment e a b",
		"p compare a -- --b":                         "p compare -- a --b",
		"p tasks judge mini -":                       "p tasks judge mini -",
		"p status demo --nonsense":                   "p status --nonsense demo",
		"p nonsense --json x":                        "p nonsense --json x",
		"p power --difference -3 --experiment e":     "p power --difference -3 --experiment e",
		"p status demo --out":                        "p status --out demo",
		"p --help":                                   "p --help",
		"p tasks import --help scibench --from a":    "p tasks import scibench --help",
		"p run demo.yaml --help --json":              "p run --help",
		"p":                                          "p",
		"p tasks import scibench --from a --split 2": "p tasks import scibench --from a --split 2",
	} {
		if d := cmp.Diff(strings.Fields(want), flagsFirst(app, strings.Fields(line))); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}
