package hf

import "autodatabench/runner/student/checkpoint"

// leastPassTokens is what worker.py's forward pass on a GPU may be cut to: it takes
// up to eight times that where the memory is.
const leastPassTokens = 2048

// Activations estimates the bytes that a training on a GPU keeps of its smallest
// forward pass in bf16 until its gradients are there: nothing is computed a second
// time. A layer of Llama's with LoRA on all that is linear keeps, of each token, 13
// bytes of the hidden size and 8 of the intermediate size, fitted to the peaks that
// doc/gpu.md shows. Beside them lie the logits of the answers' tokens, which may be
// half of all, with their softmax and gradients.
func Activations(s checkpoint.Shape) int64 {
	layer := float64(13*s.Hidden + 8*s.Intermediate)
	logits := 14 * float64(s.Vocabulary) / 2
	return int64(leastPassTokens * (layer*float64(s.Layers) + logits))
}
