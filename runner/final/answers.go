package final

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"autodatabench/results"
	"autodatabench/results/folder"
)

// Answers reads the verdicts behind a scored outcome of the experiment in root.
// It reports fs.ErrNotExist where the files are gone, and results.Bad where they
// are not those that were scored.
func Answers(root string, o results.Outcome) (results.Answers, error) {
	base, items, err := verdicts(filepath.Join(root, "base", string(o.Domain), "private"))
	if err != nil {
		return results.Answers{}, err
	}
	answers := results.Answers{Base: base}
	for k := range o.Finals {
		dir := filepath.Join(root, filepath.FromSlash(o.Path()), "final", strconv.Itoa(k+1))
		if o.Kind == results.OfGiven {
			dir = filepath.Join(Given{Name: o.Agent, Domain: o.Domain}.dir(root), "run-"+strconv.Itoa(o.Run))
		}
		final, same, err := verdicts(dir)
		if err != nil {
			return results.Answers{}, err
		}
		if !slices.Equal(items, same) {
			return results.Answers{}, results.Bad("score the experiment again", fmt.Errorf("%s: other items than the base student's", dir))
		}
		answers.Finals = append(answers.Finals, final)
	}
	return answers, nil
}

// verdicts reads which items of dir's predictions are correct.
func verdicts(dir string) (correct []bool, items []string, err error) {
	var score Score
	if err := folder.ReadJSON(filepath.Join(dir, "score.json"), &score); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, "predictions.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if folder.Digest(data) != score.Predictions {
		return nil, nil, results.Bad("restore the folder, or score the trial again", fmt.Errorf("%s: not the predictions that score.json names", path))
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for lines.Scan() {
		var judged struct {
			Item    string `json:"item"`
			Correct bool   `json:"correct"`
		}
		if err := json.Unmarshal(lines.Bytes(), &judged); err != nil {
			return nil, nil, results.Bad("", fmt.Errorf("%s line %d: %w", path, len(items)+1, err))
		}
		correct, items = append(correct, judged.Correct), append(items, judged.Item)
	}
	return correct, items, lines.Err()
}
