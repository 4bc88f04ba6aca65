package hf

import "github.com/autodatabench/autodatabench/runner/student/checkpoint"

// leastPassTokens is what worker.py's forward pass on a GPU may be cut to: it takes
// up to eight times that where the memory is.
const leastPassTokens = 2048

// Activations estimates the bytes that a training on a GPU keeps of its smallest
// forward pass in bf16 until its gradients are there: nothing is computed a second
// time. A layer of Llama's with LoRA on all that is linear keeps, of each token, 13
// bytes of the hidden size and 8 of the intermediate size, fitted to the peaks that
// doc/gpu.md shows. Beside them lie the logits of the answers' tokens, which may be
// all but a few, with their softmax and gradients.
func Activations(s checkpoint.Shape) int64 { return activations(s, leastPassTokens, leastPassTokens) }

func activations(s checkpoint.Shape, tokens, answers int) int64 {
	return int64(tokens)*int64(s.Layers*(13*s.Hidden+8*s.Intermediate)) + int64(answers)*int64(14*s.Vocabulary)
}

// Adapter estimates the bytes of one more trial in a pass: its LoRA matrices on all that is
// linear in float32, with gradient, AdamW's two means and scales, and once in bf16.
func Adapter(s checkpoint.Shape, rank int) int64 {
	const each = 4 + 4 + 8 + 4 + 2
	return each * int64(rank) * int64(s.Layers*(11*s.Hidden+3*s.Intermediate))
}
