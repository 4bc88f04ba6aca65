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
