package pretrain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student/llama"
)

const (
	recordFile  = "PRETRAIN.json"
	weightsFile = "model.safetensors"
)

// Report says how a pre-training was done; PRETRAIN.json beside the weights
// keeps it.
type Report struct {
	Model        string  `json:"model"` // digest of the weights
	Seed         uint64  `json:"seed"`
	Options      Options `json:"options"`
	Parameters   int     `json:"parameters"`
	Updates      int     `json:"updates"`
	Tokens       int     `json:"tokens"`
	FinalLoss    float64 `json:"final_loss"`    // mean over the last fiftieth of the last phase's updates
	CorpusDigest string  `json:"corpus_digest"` // see corpusDigest
	CorpusRows   int     `json:"corpus_rows"`   // rows read
	BLAS         string  `json:"blas"`
}

// Record reads how the weights in the folder were made. Errors: results.Bad when
// the record tells of other weights.
func Record(fsys fs.FS) (Report, error) {
	var record Report
	data, err := fs.ReadFile(fsys, recordFile)
	if err != nil {
		return record, results.Bad(err)
	}
	if err := json.Unmarshal(data, &record); err != nil {
		return record, results.Bad(fmt.Errorf("%s: %w", recordFile, err))
	}
	weights, err := fs.ReadFile(fsys, weightsFile)
	if err != nil {
		return record, results.Bad(err)
	}
	if record.Model != disk.Digest(weights) {
		return record, results.Bad(fmt.Errorf("%s: tells of other weights than those in %s", recordFile, weightsFile))
	}
	return record, nil
}

// continues reports what keeps the phases from going on from the recorded
// pre-training: it must have begun as the fresh one and have done some of them,
// from the first on.
func (r Report) continues(fresh Report, phases []Phase) error {
	done := r.Options.Phases
	r.Options.Phases = nil
	switch {
	case r.Seed != fresh.Seed:
		return fmt.Errorf("it has seed %d, not %d", r.Seed, fresh.Seed)
	case r.BLAS != fresh.BLAS:
		return fmt.Errorf("it was made with %s, not %s", r.BLAS, fresh.BLAS)
	case r.CorpusDigest != fresh.CorpusDigest:
		return errors.New("it read other corpora than this program's")
	case !reflect.DeepEqual(r.Options, fresh.Options):
		return errors.New("it has other options")
	case len(done) > len(phases) || !slices.Equal(done, phases[:len(done)]):
		return fmt.Errorf("it has done the phases %v", done)
	}
	return nil
}

// save writes the model and the report on it.
func save(m *llama.Model, tok *llama.Tokenizer, report *Report, dir string) error {
	if err := m.Save(dir, tok); err != nil {
		return results.Infra(fmt.Errorf("save the student: %w", err))
	}
	digest, err := disk.DigestFile(filepath.Join(dir, weightsFile))
	report.Model = digest
	if err = errors.Join(err, disk.WriteJSON(filepath.Join(dir, recordFile), report)); err != nil {
		return results.Infra(fmt.Errorf("save the student: %w", err))
	}
	return nil
}
