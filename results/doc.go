// Package results is the vocabulary of the record: the nouns and pure rules that
// all other parts of the program share.
//
// A trial is one agent x domain x workflow x setting x run number. While it runs it
// leaves a sequence of [Event]s. [Trial.Apply] folds them into the state on which
// the workflow decides and which pages show. [Protocol] holds the budgets and the
// frozen recipe; [Paper] is the published protocol, and [Mini] is the protocol of the
// embedded default.
//
// The package holds data and rules only. It is not for input or output, clocks or
// randomness, and it imports nothing but the standard library. A fault of an agent
// is a [Failure], which is a value in the record. A fault of the platform is an
// [Error] and never becomes a score.
package results
