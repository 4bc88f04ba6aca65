package student

// Pair is a student of two back ends: one trains it, the other asks it. They
// agree on the base model's folder.
type Pair struct {
	Trainer
	Generator
}
