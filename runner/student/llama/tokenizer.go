package llama

import (
	"iter"

	"github.com/autodatabench/autodatabench/runner/student/llama/bpe"
)

// Tokenizer is a byte-level BPE with the chat format; see package bpe.
type Tokenizer = bpe.Tokenizer

// TrainTokenizer learns a vocabulary of at most vocabSize tokens from the
// texts; every digit stays a token of its own.
func TrainTokenizer(texts iter.Seq[string], vocabSize int, specials []string) *Tokenizer {
	return bpe.Train(texts, vocabSize, specials)
}

// ChatSpecials lists the special tokens that the chat format needs.
func ChatSpecials() []string { return bpe.ChatSpecials() }
