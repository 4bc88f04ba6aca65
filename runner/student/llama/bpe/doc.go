// Package bpe is a byte-level BPE tokenizer in the format of Hugging Face's
// tokenizer.json, with its trainer and the chat format that LLaMA-Factory calls
// llama3.
//
// Every byte is in the vocabulary, so every text can be encoded. Only the chat
// format places special tokens: text that spells one is encoded as text, which
// transformers does not promise.
//
// The package is not for normalisers, WordPiece, Unigram or SentencePiece, nor for
// regular expressions other than the three in [Pattern].
package bpe
