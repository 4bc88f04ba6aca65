package hf

import (
	"fmt"
	"strings"
	"testing"

	"autodatabench/runner/student/checkpoint"
)

// TestActivations: Llama 3.1 8B keeps some 30 GiB, a quarter of it in a quarter of
// the layers but for the logits.
func TestActivations(t *testing.T) {
	if want := fmt.Sprintf(`PASS_TOKENS = {"cuda": %d,`, passTokens); !strings.Contains(program, want) {
		t.Errorf("worker.py does not say %s", want)
	}
	shape := checkpoint.Shape{Hidden: 4096, Intermediate: 14336, Layers: 32, Vocabulary: 128256}
	whole := Activations(shape)
	if whole < 28<<30 || whole > 36<<30 {
		t.Errorf("%.1f GiB", float64(whole)/(1<<30))
	}
	shape.Layers = 8
	if less := Activations(shape); whole-less != 24*4096*(28*4096+8*14336) {
		t.Errorf("24 layers keep %d bytes", whole-less)
	}
}
