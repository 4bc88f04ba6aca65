package hf

import "autodatabench/runner/student/checkpoint"

// passTokens is the most that worker.py takes of tokens in a forward pass on a GPU.
const passTokens = 4096

// Activations estimates the bytes that a training on a GPU keeps of a full forward
// pass in bf16 until its gradients are there: nothing is computed a second time. A
// layer of Llama's with LoRA on all that is linear keeps, of each token, in units of
// the hidden size, 8 bytes for the norms (float32), 12 for LoRA's inputs and 8 for
// attention, and 8 bytes of the intermediate size. Beside them lie the logits of the
// answers' tokens, which may be half of all, with their softmax and gradients.
func Activations(s checkpoint.Shape) int64 {
	layer := float64(28*s.Hidden + 8*s.Intermediate)
	logits := 14 * float64(s.Vocabulary) / 2
	return int64(passTokens * (layer*float64(s.Layers) + logits))
}
