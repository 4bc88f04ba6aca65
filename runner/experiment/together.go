package experiment

import "fmt"

// mostBatchTrials is far above what a GPU's memory holds beside the base.
const mostBatchTrials = 64

// Together is how many trials the student trains in one pass, at the most.
func (s Student) Together() int { return max(1, s.BatchTrials) }

// Asked is how many trials ask the student at a time: a vLLM has all their adapters.
func (s Student) Asked() int {
	if s.Infer == VLLM && s.Serving().Adapters == "lora" {
		return s.Together()
	}
	return 1
}

func (s Student) validateTogether() error {
	switch {
	case s.BatchTrials == 0 || s.BatchTrials == 1:
		return nil
	case s.Train != "hf":
		return fmt.Errorf("student.batch_trials: goes with train: hf")
	case s.GPUs > 1:
		return fmt.Errorf("student.batch_trials: goes with one GPU a student, got gpus: %d", s.GPUs)
	}
	return within("student.batch_trials", s.BatchTrials, 1, mostBatchTrials)
}

// Sharing says how trials share the student; empty where each is trained alone.
func (f File) Sharing() string {
	n := f.Student.Together()
	if n == 1 {
		return ""
	}
	text := fmt.Sprintf("up to %d trials that wait for the student are trained in one pass", n)
	if f.Parallel < n {
		text += fmt.Sprintf(", of which parallel lets %d run at a time", f.Parallel)
	}
	return text
}
