// Package llama is a small Llama in Go. It has RMSNorm, rotary positions
// (half rotation), grouped-query attention, SwiGLU, and tied or separate embeddings.
// It trains all parameters, or LoRA on all linear layers, generates with a KV cache,
// and reads and writes the Hugging Face file formats.
//
// Tensors are row-major float32. A linear layer's weight has shape [out, in], as in
// the files; activations have shape [tokens, width]. Rows of a batch are laid one
// after the other without padding. Every product except in the attention therefore
// runs over all tokens of a shard at once.
//
// Training is a function of (weights, rows, recipe, seed, [Arithmetic]). A batch is cut into
// a fixed number of shards, and their gradients are summed in a fixed order, whatever
// the number of cores. Package gemm computes the products, with the same bits on all
// processors of an architecture.
//
// The package is not for models much larger than one machine's cache, nor for other
// architectures or quantised weights.
package llama
