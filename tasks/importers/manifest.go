package importers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results/disk"
)

// version changes when the same files give another task. Version 2 split SciBench
// without regard to similar problems, and FinanceReasoning by level alone.
const version = 3

// Manifest says what a task was made of: two people with the same files and seed
// have the same digests.
type Manifest struct {
	Task     string   `json:"task"`
	Importer int      `json:"importer"`
	Seed     uint64   `json:"seed"`
	Inputs   []Input  `json:"inputs"`
	NotRead  []string `json:"not_read,omitempty"` // files of the folder with other records
	Read     int      `json:"read"`               // records
	LeftOut  []Left   `json:"left_out"`
	Public   Set      `json:"public"`
	Private  Set      `json:"private"`
	Pool     Set      `json:"seed_pool"`
	// Of seed questions from other data, how many were left out, by reason.
	PoolRead    int            `json:"seed_records_read,omitempty"`
	PoolLeftOut map[string]int `json:"seed_left_out,omitempty"`
}

// Input is a file that was read.
type Input struct {
	File    string `json:"file"`
	SHA256  string `json:"sha256"`
	Records int    `json:"records"`
}

// Left is an item that was left out.
type Left struct {
	ID     string `json:"id"`
	At     string `json:"at"` // file:line
	Reason string `json:"reason"`
}

// Set is the size of a set and the digest of its canonical JSON.
type Set struct {
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

func (m *Manifest) input(t table) error {
	digest, err := t.digest()
	m.Inputs, m.Read = append(m.Inputs, Input{t.name, digest, len(t.rows)}), m.Read+len(t.rows)
	return err
}

// close adds the digests of what was made.
func (m *Manifest) close(made *Imported) error {
	if m.LeftOut == nil {
		m.LeftOut = []Left{} // a list in JSON
	}
	slices.SortFunc(m.LeftOut, func(a, b Left) int {
		return cmp.Or(strings.Compare(a.ID+a.Reason, b.ID+b.Reason), strings.Compare(a.At, b.At))
	})
	for _, part := range []struct {
		set  *Set
		size int
		data any
	}{
		{&m.Public, len(made.Content.Public), made.Content.Public},
		{&m.Private, len(made.Private), made.Private},
		{&m.Pool, len(made.Content.Seed), made.Content.Seed},
	} {
		digest, err := disk.DigestOf(part.data)
		if err != nil {
			return err
		}
		*part.set = Set{part.size, digest}
	}
	return nil
}
