// Package submissions reads the folders in which people hand in results, checks them
// against the rules (results/submissions/README.md), and makes the outcomes of a board
// of them.
//
// A folder holds submission.yaml ([Info]), the bundle or its address, agent.yaml for an
// agent that is a model, and receipts. It is hostile: it is read within limits, and
// nothing in it is run or fetched.
//
// The package is not for verifying bundles, which the caller hands in as a [Verify], and
// not for drawing boards.
package submissions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/runner/verify"
)

// Files of a submission.
const (
	InfoFile   = "submission.yaml"
	AgentFile  = "agent.yaml" // agent-NAME.yaml where there are several
	BundleFile = "bundle.adb"
	TrustFile  = "trust.yaml" // beside the submissions
)

// FillIn stands where an author has to write something.
const FillIn = "FILL IN"

// Info is submission.yaml.
type Info struct {
	Submitter  string     `yaml:"submitter"`         // who, and how to reach them
	Signers    []string   `yaml:"signers,omitempty"` // the submitter's own names in trust.yaml
	Date       string     `yaml:"date,omitempty"`    // day on which it was handed in
	Bundle     Place      `yaml:"bundle"`
	Disclosure Disclosure `yaml:"disclosure"`
}

// Place is a bundle in the folder, or at an address.
type Place struct {
	File   string `yaml:"file,omitempty"`
	URL    string `yaml:"url,omitempty"`
	Digest string `yaml:"digest"` // of its manifest, as pack prints it
}

// Disclosure is what a reader must know of a result and no record tells.
type Disclosure struct {
	Scaffold  string `yaml:"scaffold"`        // everything around the model
	Model     string `yaml:"model_version"`   // exact name and version, or none
	ModelDate string `yaml:"model_date"`      // when it was asked
	Prices    string `yaml:"prices"`          // and where they stand
	HumanHelp string `yaml:"human_help"`      // during the runs and before
	Tuning    string `yaml:"tuned_on"`        // what the agent or its prompts were tuned on
	Attempts  string `yaml:"earlier_private"` // how often private sets were asked for it before
}

func (d Disclosure) fields() map[string]string {
	return map[string]string{
		"scaffold": d.Scaffold, "model_version": d.Model, "model_date": d.ModelDate, "prices": d.Prices,
		"human_help": d.HumanHelp, "tuned_on": d.Tuning, "earlier_private": d.Attempts,
	}
}

// Verification is what verifying a bundle came to, and what is needed of the bundle.
type Verification struct {
	Report      verify.Report
	Bundle      *bundle.Bundle
	Definitions map[string][]byte // of agents, by name, as the bundle has them
}

// Verify verifies the bundle in the file.
type Verify func(file string) (Verification, error)

// List lists the folders of submissions in dir, sorted.
func List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, results.Bad(fmt.Errorf("%s: there are no submissions", dir), "name the folder that holds them")
	}
	var list []string
	for _, e := range entries {
		if e.IsDir() {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list, err
}

// isDigest is the form of a digest; it becomes the name of a file.
var isDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// filesLike lists the files of the folder whose names the pattern fits.
func filesLike(dir, pattern string) (paths []string, err error) {
	names, err := fs.Glob(os.DirFS(dir), pattern)
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, name))
	}
	return paths, err
}

// read reads submission.yaml and says what it lacks.
func read(dir string) (info Info, problems []string, err error) {
	if info, err = ReadInfo(dir); err != nil {
		return info, nil, err
	}
	missing := func(key, text string) {
		if strings.TrimSpace(text) == "" || strings.Contains(text, FillIn) {
			problems = append(problems, fmt.Sprintf("%s: %s is not filled in", InfoFile, key))
		}
	}
	missing("submitter", info.Submitter)
	fields := info.Disclosure.fields()
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		missing("disclosure."+key, fields[key])
	}
	switch b := info.Bundle; {
	case (b.File == "") == (b.URL == ""):
		problems = append(problems, InfoFile+": bundle: want either file or url")
	case b.File != "" && b.File != BundleFile:
		problems = append(problems, InfoFile+": bundle.file: want "+BundleFile)
	case b.URL != "" && !strings.HasPrefix(b.URL, "https://"):
		problems = append(problems, InfoFile+": bundle.url: want an address that begins with https://")
	case !isDigest.MatchString(b.Digest):
		problems = append(problems, InfoFile+": bundle.digest: want the 64 hex digits that pack prints")
	}
	if _, err := time.Parse(time.DateOnly, info.Date); info.Date != "" && err != nil {
		problems = append(problems, InfoFile+": date: want a day such as 2026-11-30")
	}
	return info, problems, nil
}
