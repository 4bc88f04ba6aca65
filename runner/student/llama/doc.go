// Package llama is a small Llama on gonum BLAS: RMSNorm, rotary positions (half
// rotation), grouped-query attention, SwiGLU, tied or separate embeddings; its
// training (all parameters, or LoRA on all linear layers) and generation with a
// KV cache; and the Hugging Face file formats of all of it.
//
// Tensors are row-major float32. A linear layer's weight has shape [out, in] as
// in the files; activations have shape [tokens, width]. Rows of a batch are
// laid one after the other without padding, so that every product but the
// attention's runs over all tokens of a shard at once.
//
// Training is a function of (weights, rows, recipe, seed, BLAS): a batch is cut
// into a fixed number of shards whose gradients are summed in a fixed order,
// whatever the number of cores. Built with the tag openblas, products are
// OpenBLAS's, about four times as fast as gonum's own.
//
// The package is not for models that do not fit one machine's cache many times
// over, nor for other architectures or quantised weights.
package llama
