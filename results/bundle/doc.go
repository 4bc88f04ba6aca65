// Package bundle writes and reads the one file in which an experiment's record is given
// to somebody else ([Pack], [Open]).
//
// # Format
//
// A bundle is a tar archive of two files. manifest.json is a [Manifest] as canonical
// JSON: every file that the bundle holds, and every one that was left out, by path, size
// and SHA-256. content.tar.zst is a zstd stream of a tar archive with those files in the
// manifest's order. The headers of both archives are those that [header] makes of a name
// and a size, so that every byte of a bundle follows from the manifest and the files.
// The digest of the manifest is the bundle's digest: it covers everything else.
//
// Every path is one of a file of the record (results/record). So nothing that a bundle
// says leads out of the folder into which it is unpacked.
//
// # Left out
//
// Predictions on private sets have questions' answers in their reasons, so they are left
// out, unless they are asked for. A file that holds one of the secrets that [Options]
// names, plain or in a usual encoding, is left out whole: its digest is sealed, and
// with other bytes it would prove nothing. A light bundle lacks the ledgers, and the rows
// of attempts that were not chosen: it fits into a repository, and its budgets are taken on
// trust. [Open] notes what is left out in the folder that it unpacks, for record's readers.
//
// A bundle is hostile until [Open] has read it to its end. Open takes as much memory as
// the manifest, whose size is bounded, and writes no byte beyond the sizes that the
// manifest names, whose sum is bounded.
//
// The package is not for judging what the files say: runner/verify does that. It reads
// no clock, and packing the same folder again gives the same bytes.
package bundle

import (
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
)

// Format is the version of the bundles that this program writes.
const Format = 1

// Manifest is manifest.json.
type Manifest struct {
	Format     int               `json:"format"`
	Program    string            `json:"program"`    // version of the one that packed
	Experiment string            `json:"experiment"` // its name
	Trials     []results.TrialID `json:"trials"`     // that are in the bundle
	Content    Sum               `json:"content"`    // of content.tar.zst
	Files      []File            `json:"files"`      // by path, in order
	LeftOut    []Left            `json:"left_out"`   // likewise
}

// Sum is the size of some bytes, and their SHA-256 in hex.
type Sum struct {
	Size   int64  `json:"size"`
	Digest string `json:"sha256"`
}

// File is a file of the bundle.
type File struct {
	Path string `json:"path"` // below the experiment's folder, with slashes
	Sum
}

// Left is a file that was left out.
type Left struct {
	File
	Why string `json:"why"`
}

// Limits bound what a bundle may hold, so that a hostile one takes no more.
type Limits struct {
	Manifest int64 // bytes of manifest.json
	File     int64 // bytes of a file of weights or of the teacher's answers
	Text     int64 // bytes of another file, which readers take whole
	Content  int64 // bytes of all files
	Bundle   int64 // bytes of the bundle
}

// Usual are the limits of bundles.
func Usual() Limits {
	return Limits{Manifest: 32 << 20, File: 1 << 30, Text: 128 << 20, Content: 4 << 30, Bundle: 2 << 30}
}

// Broken is the error of a bundle that is none, or not what it says.
func broken(path, place string, err error) error {
	if place != "" {
		path += ": " + place
	}
	return &results.Error{Kind: results.Verification, Hint: "ask whoever gave you the bundle for another copy", Err: fmt.Errorf("%s: %w", path, err)}
}

func refused(path, place, why string, args ...any) error {
	return broken(path, place, fmt.Errorf(why, args...))
}

var errEnd = errors.New("it ends in the middle")
