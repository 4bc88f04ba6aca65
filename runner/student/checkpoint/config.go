package checkpoint

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/lfs"
)

// readConfig reads of config.json what v has fields for. A model that takes more than
// text keeps what is of its language model under text_config.
func readConfig(folder string, v any) error {
	const name = "config.json"
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return results.Infra(fmt.Errorf("student: %w", err), "student.model names a folder of Hugging Face files")
	}
	var nested struct {
		Text json.RawMessage `json:"text_config"`
	}
	err = lfs.Check(name, data)
	if err == nil {
		err = json.Unmarshal(data, &nested)
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err == nil && nested.Text != nil {
		err = json.Unmarshal(nested.Text, v)
	}
	if err != nil {
		return results.Bad(fmt.Errorf("student: %s: %s: %w", folder, name, err))
	}
	return nil
}

func context(folder string) (int, error) {
	var config struct {
		Positions int `json:"max_position_embeddings"`
	}
	if err := readConfig(folder, &config); err != nil {
		return 0, err
	}
	if config.Positions < 32 {
		return 0, results.Bad(fmt.Errorf("student: %s: config.json has no usable max_position_embeddings, got %d", folder, config.Positions))
	}
	return min(config.Positions, longest), nil
}
