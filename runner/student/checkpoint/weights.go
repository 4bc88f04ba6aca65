package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
)

// Weights finds the model as [Open] does and returns the bytes of its weights on
// disk, without reading them.
func Weights(model, cache string) (bytes int64, err error) {
	folder, err := find(model, cache)
	if err != nil {
		return 0, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.safetensors"))
	if err != nil {
		return 0, err
	}
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil {
			return 0, results.Infra(fmt.Errorf("student: %w", err), "fetch the model again")
		}
		bytes += info.Size()
	}
	if bytes == 0 {
		return 0, results.Infra(fmt.Errorf("student: %s holds no weights", folder), "weights must be in the safetensors format")
	}
	return bytes, nil
}
