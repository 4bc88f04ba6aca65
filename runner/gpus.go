package runner

// GPUs says what a trial holds while it works, for its cost. Zero values write
// nothing into the record.
type GPUs struct {
	Student *int    // of one student at work; nil of the embedded one, or where it is not known
	Teacher float64 // the trial's share of those of a teacher that the program started
}

// student is the GPU seconds of a use of the student.
func (g GPUs) student(seconds float64) *float64 {
	if g.Student == nil {
		return nil
	}
	return new(seconds * float64(*g.Student))
}

// teacher is the GPU seconds of a code execution that asked the teacher.
func (g GPUs) teacher(seconds float64) *float64 {
	if g.Teacher == 0 {
		return nil
	}
	return new(seconds * g.Teacher)
}
