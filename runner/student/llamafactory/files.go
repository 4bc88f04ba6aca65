package llamafactory

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"github.com/autodatabench/autodatabench/results"
)

// Names of files in a training's folder.
const (
	configFile = "train.yaml"
	dataFile   = "rows.json"
	outputDir  = "output"
)

// settings is the YAML file. LLaMA-Factory refuses keys that it does not know.
type settings struct {
	Model     string  `yaml:"model_name_or_path"`
	Stage     string  `yaml:"stage"`
	Train     bool    `yaml:"do_train"`
	Finetune  string  `yaml:"finetuning_type"`
	Targets   string  `yaml:"lora_target"`
	Rank      int     `yaml:"lora_rank"`
	Alpha     int     `yaml:"lora_alpha"` // a whole number there
	Dropout   float64 `yaml:"lora_dropout"`
	Dataset   string  `yaml:"dataset"`
	DataDir   string  `yaml:"dataset_dir"`
	Cutoff    int     `yaml:"cutoff_len"`
	Overwrite bool    `yaml:"overwrite_cache"`

	RowsPerDevice int     `yaml:"per_device_train_batch_size"`
	Accumulate    int     `yaml:"gradient_accumulation_steps"`
	LearningRate  float64 `yaml:"learning_rate"`
	Schedule      string  `yaml:"lr_scheduler_type"`
	Warmup        float64 `yaml:"warmup_steps"` // a share, since transformers 5
	Epochs        int     `yaml:"num_train_epochs"`
	WeightDecay   float64 `yaml:"weight_decay"`
	Clip          float64 `yaml:"max_grad_norm"`
	BF16          bool    `yaml:"bf16"`
	CPU           bool    `yaml:"use_cpu"`
	Seed          int64   `yaml:"seed"`

	Output      string `yaml:"output_dir"`
	LogEvery    int    `yaml:"logging_steps"`
	FilterNaN   bool   `yaml:"logging_nan_inf_filter"` // its default hides a loss that is no number
	CountTokens string `yaml:"include_num_input_tokens_seen"`
	Save        string `yaml:"save_strategy"`
	ReportTo    string `yaml:"report_to"`
}

// settingsOf is the recipe in LLaMA-Factory's words.
func (t *Trainer) settingsOf(work string, r results.Recipe, seed int64) settings {
	return settings{
		Model: t.cfg.Model.Folder, Stage: "sft", Train: true, Finetune: "lora", Targets: "all",
		Rank: r.Rank, Alpha: int(r.Alpha), Dropout: r.Dropout,
		Dataset: "rows", DataDir: work, Cutoff: r.CutoffTokens, Overwrite: true,
		RowsPerDevice: 1, Accumulate: r.BatchRows / t.count(),
		LearningRate: r.LearningRate, Schedule: "cosine", Warmup: r.WarmupRatio, Epochs: r.Epochs, WeightDecay: r.WeightDecay, Clip: 1,
		BF16: r.Precision == "bf16", CPU: t.cfg.Device == "cpu", Seed: seed & (1<<31 - 1), // NumPy's seeds end at 32 bits
		Output: filepath.Join(work, outputDir), LogEvery: 1, CountTokens: "non_padding", Save: "no", ReportTo: "none",
	}
}

// write lays out the folder of a training. Columns that dataset_info.json does not
// name would be dropped without a word.
func (t *Trainer) write(work string, recipe results.Recipe, rows []results.Row, seed int64) error {
	info := map[string]any{"rows": map[string]any{
		"file_name": dataFile,
		"columns":   map[string]string{"prompt": "instruction", "query": "input", "response": "output"},
	}}
	config, err := yaml.Marshal(t.settingsOf(work, recipe, seed))
	if err != nil {
		return err
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	index, err := json.Marshal(info)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{configFile: config, dataFile: data, "dataset_info.json": index} {
		if err := os.WriteFile(filepath.Join(work, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// keep moves the adapter out of the training's folder, under the base's name in
// the record in place of its path on this machine.
func keep(output, dir, base string) error {
	const configName, weightsName = "adapter_config.json", "adapter_model.safetensors"
	data, err := os.ReadFile(filepath.Join(output, configName))
	if err != nil {
		return err
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		return fmt.Errorf("%s: %w", configName, err)
	}
	config["base_model_name_or_path"] = base
	if data, err = json.MarshalIndent(config, "", "  "); err != nil {
		return err
	}
	weights, err := os.ReadFile(filepath.Join(output, weightsName))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, configName), data, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, weightsName), weights, 0o644)
}
