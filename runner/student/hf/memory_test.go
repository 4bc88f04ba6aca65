package hf

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
)

// TestActivations: an H100 kept 37 GiB of 6,376 tokens of the 8B shape beside the
// weights (doc/gpu.md), and 13.5 GiB of the 1B shape's. Half of them were answers.
func TestActivations(t *testing.T) {
	for _, want := range []string{fmt.Sprintf("PASS_TOKENS = (%d,", leastPassTokens), "(13 * c.hidden_size + 8 * ", "+ 14 * c.vocab_size"} {
		if !strings.Contains(program, want) {
			t.Errorf("worker.py does not say %s", want)
		}
	}
	for _, tt := range []struct {
		shape    checkpoint.Shape
		measured float64 // GiB
	}{
		{checkpoint.Shape{Hidden: 4096, Intermediate: 14336, Layers: 32, Vocabulary: 128256}, 37.0},
		{checkpoint.Shape{Hidden: 2048, Intermediate: 8192, Layers: 16, Vocabulary: 128256}, 13.5},
	} {
		got := float64(activations(tt.shape, 6376, 6376/2)) / (1 << 30)
		if math.Abs(got/tt.measured-1) > 0.1 {
			t.Errorf("hidden size %d: %.1f GiB, measured were %.1f", tt.shape.Hidden, got, tt.measured)
		}
	}
}

// TestAdapter: the exported embedded student has 81,920 trainable parameters at rank 8
// (doc/gpu.md).
func TestAdapter(t *testing.T) {
	if got := Adapter(checkpoint.Shape{Hidden: 128, Intermediate: 384, Layers: 4}, 8); got != 22*81920 {
		t.Errorf("%d bytes", got)
	}
}
