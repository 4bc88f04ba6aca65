package checkpoint

import (
	"fmt"

	"github.com/autodatabench/autodatabench/results"
)

// Shape is what the memory of a training follows from, beside the weights.
type Shape struct {
	Hidden       int `json:"hidden_size"`
	Intermediate int `json:"intermediate_size"`
	Layers       int `json:"num_hidden_layers"`
	Vocabulary   int `json:"vocab_size"`
}

// ReadShape finds the model as [Open] does and reads its config.json alone.
func ReadShape(model, cache string) (Shape, error) {
	var s Shape
	folder, err := find(model, cache)
	if err != nil {
		return s, err
	}
	if err := readConfig(folder, &s); err != nil {
		return s, err
	}
	const most = 1 << 24 // of each, so that no product overflows
	for _, n := range []int{s.Hidden, s.Intermediate, s.Layers, s.Vocabulary} {
		if n <= 0 || n > most {
			return s, results.Bad(fmt.Errorf("student: %s: config.json does not say the model's shape", folder))
		}
	}
	return s, nil
}
