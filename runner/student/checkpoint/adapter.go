package checkpoint

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/lfs"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/llama/safetensors"
)

// CheckWeights counts an adapter's parameters. One that is no number has diverged.
func CheckWeights(dir string) (parameters int, err error) {
	data, err := os.ReadFile(filepath.Join(dir, adapterFile))
	if err != nil {
		return 0, results.Infra(err)
	}
	if err := lfs.Check(adapterFile, data); err != nil {
		return 0, results.Infra(err)
	}
	file, err := safetensors.Parse(data)
	if err != nil {
		return 0, results.Infra(fmt.Errorf("%s: %w", adapterFile, err))
	}
	for _, name := range file.Names() {
		shape, _ := file.Shape(name)
		size := 1
		for _, n := range shape {
			size *= n
		}
		values := make([]float32, size)
		if err := file.Read(name, shape, values); err != nil {
			return 0, results.Infra(fmt.Errorf("%s: %w", adapterFile, err))
		}
		for _, v := range values {
			if v := float64(v); math.IsNaN(v) || math.IsInf(v, 0) {
				return 0, fmt.Errorf("%w: weight %s holds %v", student.ErrDiverged, name, v)
			}
		}
		parameters += size
	}
	return parameters, nil
}
