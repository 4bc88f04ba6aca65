package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"autodatabench/results"
	"autodatabench/results/folder"
	"autodatabench/runner/student/llama"
)

const (
	recordFile  = "PRETRAIN.json"
	weightsFile = "model.safetensors"
)

// PretrainReport is what one pre-training was. PRETRAIN.json beside the weights
// is the list of those that made them, each but the first going on from the one
// before.
type PretrainReport struct {
	From         string  `json:"from,omitempty"` // digest of the weights it went on from; empty from nothing
	Model        string  `json:"model"`          // digest of the weights it left
	Seed         uint64  `json:"seed"`
	Options      Options `json:"options"`
	Parameters   int     `json:"parameters"`
	Tokens       int     `json:"tokens"`
	FinalLoss    float64 `json:"final_loss"` // mean over the last fiftieth of the updates
	CorpusDigest string  `json:"corpus_digest"`
	CorpusRows   int     `json:"corpus_rows"` // rows read, which the digest covers
	BLAS         string  `json:"blas"`
}

// Record reads the pre-trainings that made the weights in the folder and checks
// that they lead to these weights. Errors: results.Bad when they do not.
func Record(fsys fs.FS) ([]PretrainReport, error) {
	data, err := fs.ReadFile(fsys, recordFile)
	if err != nil {
		return nil, results.Bad("", err)
	}
	var record []PretrainReport
	if err := json.Unmarshal(data, &record); err != nil {
		return nil, results.Bad("", fmt.Errorf("%s: %w", recordFile, err))
	}
	weights, err := fs.ReadFile(fsys, weightsFile)
	if err != nil {
		return nil, results.Bad("", err)
	}
	last := ""
	for i, r := range record {
		if r.From != last {
			return nil, results.Bad("", fmt.Errorf("%s: pre-training %d does not go on from the one before", recordFile, i+1))
		}
		last = r.Model
	}
	if last != folder.Digest(weights) {
		return nil, results.Bad("", fmt.Errorf("%s: tells of other weights than those in %s", recordFile, weightsFile))
	}
	return record, nil
}

// save writes the model and, as the last of the record, the report.
func save(m *llama.Model, tok *llama.Tokenizer, record []PretrainReport, dir string) error {
	if err := m.Save(dir, tok); err != nil {
		return results.Infra("", fmt.Errorf("save the student: %w", err))
	}
	digest, err := folder.DigestFile(filepath.Join(dir, weightsFile))
	record[len(record)-1].Model = digest
	if err = errors.Join(err, folder.WriteJSON(filepath.Join(dir, recordFile), record)); err != nil {
		return results.Infra("", fmt.Errorf("save the student: %w", err))
	}
	return nil
}

// Continue trains the student in the folder base further on another seed's
// corpus; the shape of o is that of the base. It leaves files like Pretrain.
func Continue(ctx context.Context, base string, seed uint64, o Options, dir string, progress func(PretrainProgress)) (PretrainReport, error) {
	fsys := os.DirFS(base)
	record, err := Record(fsys)
	if err != nil {
		return PretrainReport{}, fmt.Errorf("pretrain: %s: %w", base, err)
	}
	model, tok, err := llama.Load(fsys)
	if err != nil {
		return PretrainReport{}, fmt.Errorf("pretrain: %w", err)
	}
	return pretrain(ctx, model, tok, record, seed, o, dir, progress)
}
