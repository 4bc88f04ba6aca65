package definitions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/agents/reference"
)

// Cheats and controls are opened by name, say that they are simulated, and are in no list.
func TestUnlisted(t *testing.T) {
	if len(reference.Cheats()) < 13 {
		t.Errorf("%d cheats", len(reference.Cheats()))
	}
	for _, name := range slices.Concat(reference.Cheats(), reference.Controls()) {
		if slices.Contains(definitions.List(), name) || slices.Contains(reference.Engineers(), name) {
			t.Errorf("%s is listed", name)
		}
		d, err := definitions.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		if !d.Simulated() || !strings.Contains(d.Title(), "(simulated c") {
			t.Errorf("%s: %+v", name, d)
		}
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := d.Open(nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := definitions.Builtin("cheat-nothing"); err == nil {
		t.Error("an unknown cheat was found")
	}
}
