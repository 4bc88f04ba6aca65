package submissions

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/receipt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/verify"
)

// Limits of a submission.
const (
	MinRuns   = 3
	MaxFolder = 5 << 20 // bytes; a larger bundle is handed in by its address
)

// Checked is a submission, and what is wrong with it.
type Checked struct {
	Name      string            `json:"name"`
	Folder    string            `json:"folder"`
	Bundle    string            `json:"bundle,omitempty"` // digest of its manifest
	Problems  []string          `json:"problems"`
	Warnings  []string          `json:"warnings"`
	Trials    int               `json:"trials"`
	Assurance results.Assurance `json:"assurance"`
	AssuredBy string            `json:"assured_by,omitempty"`

	Report verify.Report     `json:"-"`
	Titles map[string]string `json:"-"` // of agents
}

func (c *Checked) problem(text string, args ...any) {
	c.Problems = append(c.Problems, fmt.Sprintf(text, args...))
}
func (c *Checked) warn(text string, args ...any) {
	c.Warnings = append(c.Warnings, fmt.Sprintf(text, args...))
}

// Check checks the submission in the folder. at is a bundle that its author gives by
// address, if somebody has fetched it. The error is of this machine, or of a folder that
// cannot be read.
func Check(dir, at string, trust receipt.Trust, check Verify) (Checked, error) {
	c := Checked{Name: filepath.Base(dir), Folder: dir, Problems: []string{}, Warnings: []string{}, Assurance: results.SelfReported}
	if !results.ValidName(c.Name) {
		c.problem("the folder's name %s", results.NameProblem(c.Name))
	}
	info, problems, err := read(dir)
	if err != nil {
		return c, err
	}
	c.Problems = append(c.Problems, problems...)
	if size, err := sizeOf(dir); err != nil {
		return c, err
	} else if size > MaxFolder {
		c.problem("the folder has %d bytes; it may have %d: give the bundle by its address", size, MaxFolder)
	}
	file := at
	if info.Bundle.File == BundleFile {
		file = filepath.Join(dir, BundleFile)
	}
	if file == "" {
		c.warn("the bundle is at %s and not at hand, so that nothing of it is checked", info.Bundle.URL)
		return c, nil
	}
	report, b, err := check(file)
	if known := (*results.Error)(nil); errors.As(err, &known) && known.Kind != results.Infrastructure {
		c.problem("%v", err)
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.Report, c.Bundle, c.Trials = report, b.Digest, len(report.Outcomes)
	if info.Bundle.Digest != "" && b.Digest != info.Bundle.Digest {
		c.problem("%s names the digest %s; the bundle has %s", InfoFile, results.ShortDigest(info.Bundle.Digest), results.ShortDigest(b.Digest))
	}
	c.rules(report, b)
	if err := c.agents(dir, report); err != nil {
		return c, err
	}
	return c, c.receipts(dir, file, b, trust, info)
}

func sizeOf(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if !e.Type().IsRegular() {
			return results.Bad(fmt.Errorf("%s: is no file", path), "a submission holds files alone")
		}
		info, err := e.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// rules are those on what is in the bundle.
func (c *Checked) rules(r verify.Report, b *bundle.Bundle) {
	for _, f := range r.Failures() {
		c.problem("verify: %s: %s: %s", f.Name, f.Place, f.Text)
	}
	if slices.ContainsFunc(b.Files, func(f bundle.File) bool { return record.PartOf(f.Path) == record.Predictions }) {
		c.problem("the bundle holds answers to private sets, which must not be published: pack it without --predictions")
	}
	runs := map[string]map[int]bool{}
	marks := map[string]bool{}
	for _, o := range r.Outcomes {
		key := strings.Join([]string{string(o.Domain), string(o.Workflow), string(o.Setting), o.Agent}, " ")
		if runs[key] == nil {
			runs[key] = map[int]bool{}
		}
		runs[key][o.Run] = true
		marks["simulated"] = marks["simulated"] || o.Simulated
		marks["a modified protocol"] = marks["a modified protocol"] || o.Modified
		marks["no sandbox"] = marks["no sandbox"] || o.Unsandboxed
		if o.Flagged() {
			c.warn("%s: the audit finds a violation of the rules", o.TrialID)
		}
	}
	if len(runs) == 0 {
		c.problem("the bundle holds no trial")
	}
	few := 0
	for _, list := range runs {
		if len(list) < MinRuns {
			few++
		}
	}
	if few > 0 {
		c.problem("%d of %d rows and domains have fewer than %d runs", few, len(runs), MinRuns)
	}
	for _, check := range r.Checks {
		if check.Name == verify.Whole && check.Status == verify.Trusted {
			c.problem("%s: a submission is of the whole experiment", check.Text)
		}
	}
	for _, mark := range []string{"simulated", "a modified protocol", "no sandbox"} {
		if marks[mark] {
			c.warn("trials have %s: their rows stand apart", mark)
		}
	}
}

// agents compares the definitions in the folder with the agents of the bundle.
func (c *Checked) agents(dir string, r verify.Report) error {
	paths, err := filepath.Glob(filepath.Join(dir, "agent*.yaml"))
	if err != nil {
		return err
	}
	defined := definitions.List()
	for _, path := range paths {
		d, err := definitions.LoadFile(path)
		digest := ""
		if err == nil {
			digest, err = digestWithin(dir, d)
		}
		if known := (*results.Error)(nil); errors.As(err, &known) {
			c.problem("%v", err)
			continue
		}
		if err != nil {
			return err
		}
		defined = append(defined, d.Name)
		if r.Agents[d.Name] != digest {
			c.problem("%s defines %s, and the bundle has no agent of this definition: put the file that was run with here, and its folder", filepath.Base(path), d.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Agents)) {
		if !slices.Contains(defined, name) {
			c.problem("%s is missing: %s is no agent of the program's own", AgentFile, name)
		}
	}
	return nil
}

// digestWithin is the definition's digest. Its folder must lie in dir: the files of a path
// outside would be read.
func digestWithin(dir string, d definitions.Definition) (string, error) {
	if d.Folder != "" {
		if rel, err := filepath.Rel(dir, d.Folder); err != nil || !filepath.IsLocal(rel) || rel == "." {
			return "", results.Bad(fmt.Errorf("agent %s: its folder lies outside of the submission", d.Name), "copy the folder into the submission, and name it by its last part alone")
		}
	}
	return d.Digest()
}

// receipts finds the strongest receipt that counts.
func (c *Checked) receipts(dir, file string, b *bundle.Bundle, trust receipt.Trust, info Info) error {
	paths, err := filepath.Glob(filepath.Join(dir, "receipt*.json"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		r, err := trust.Check(path, receipt.About(file, b))
		if known := (*results.Error)(nil); errors.As(err, &known) {
			c.problem("%v", err)
			continue
		}
		if err != nil {
			return err
		}
		level := map[receipt.Level]results.Assurance{receipt.ThirdParty: results.Verified, receipt.Reproduced: results.Reproduced}[r.Level]
		if strings.Contains(info.Submitter, r.Signer) {
			c.warn("%s: %s is the submitter, whose receipt raises nothing", filepath.Base(path), r.Signer)
			continue
		}
		if level.Stronger(c.Assurance) {
			c.Assurance, c.AssuredBy = level, r.Signer
		}
	}
	return nil
}
