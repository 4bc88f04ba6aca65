// Package llama is a small Llama on gonum BLAS. It has RMSNorm, rotary positions
// (half rotation), grouped-query attention, SwiGLU, and tied or separate embeddings.
// It trains all parameters, or LoRA on all linear layers, generates with a KV cache,
// and reads and writes the Hugging Face file formats.
//
// Tensors are row-major float32. A linear layer's weight has shape [out, in], as in
// the files; activations have shape [tokens, width]. Rows of a batch are laid one
// after the other without padding. Every product except in the attention therefore
// runs over all tokens of a shard at once.
//
// Training is a function of (weights, rows, recipe, seed, BLAS). A batch is cut into
// a fixed number of shards, and their gradients are summed in a fixed order, whatever
// the number of cores. Built with the tag openblas, OpenBLAS computes the products,
// about four times as fast as gonum's own BLAS.
//
// The package is not for models much larger than one machine's cache, nor for other
// architectures or quantised weights.
package llama
