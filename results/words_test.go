package results

import "testing"

// TestProtocolsKnowTheirStudents: one is for the embedded student, and the line that a
// user reads has the recipe's numbers.
func TestProtocolsKnowTheirStudents(t *testing.T) {
	for name, want := range map[string]struct {
		p        Protocol
		embedded bool
		words    string
	}{
		"paper": {Paper(), false, "LoRA of rank 8, learning rate 0.0001, 3 epochs of 16 rows an update, bf16"},
		"small": {Small(), false, "LoRA of rank 8, learning rate 0.0001, 3 epochs of 8 rows an update, bf16"},
		"mini":  {Mini(), true, "LoRA of rank 8, learning rate 0.008, 8 epochs of 8 rows an update, float32"},
	} {
		if want.p.Embedded() != want.embedded || want.p.Recipe.Words() != want.words {
			t.Errorf("%s: for the embedded student %v, %s", name, want.p.Embedded(), want.p.Recipe.Words())
		}
	}
}
