package tasks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
)

// Digest is what [Task].Digest holds: the sha256, in hexadecimal, of everything
// in t that may be seen, with the evaluator's name in place of its code.
func Digest(t Task, evaluator string) (string, error) {
	text, err := json.Marshal(struct {
		Name, Suite string
		Brief       results.Brief
		Public      []Item
		Seed        []string
		Evaluator   string
		Private     string `json:",omitempty"`
	}{t.Name, t.Suite, t.Brief, t.Public, t.Seed, evaluator, t.PrivateDigest})
	if err != nil {
		return "", fmt.Errorf("digest of task %s: %w", t.Name, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
