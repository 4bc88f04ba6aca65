// Package results is the vocabulary of the record: the nouns and pure rules
// that every other floor of the program shares.
//
// A trial is one agent x domain x workflow x setting x run number. While it
// runs it leaves a sequence of [Event]s; [Trial.Apply] folds them into the
// state that the workflow decides on and that pages show. [Protocol] holds the
// budgets and the frozen recipe; [Paper] is the published one and [Mini] the
// one of the embedded default.
//
// The package holds data and rules only. It is not for input or output, clocks
// or randomness, and imports nothing but the standard library. An agent's
// fault is a [Failure], which is a value in the record; a fault of the platform
// is an [Error] and never becomes a score.
package results
