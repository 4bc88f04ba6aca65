package submissions

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/bench/internal/receipt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
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
	Titles map[string]string `json:"-"` // of agents whose definitions were compared

	date string // on which it came; empty where nobody said
	away bool   // the bundle is given by its address, and nobody has fetched it
}

func (c *Checked) problem(text string, args ...any) {
	c.Problems = append(c.Problems, fmt.Sprintf(text, args...))
}
func (c *Checked) warn(text string, args ...any) {
	c.Warnings = append(c.Warnings, fmt.Sprintf(text, args...))
}

// Check checks the submission in the folder. bundles is a folder with bundles that authors
// give by address, each named by its digest; empty for none. What is wrong with the
// submission is a problem of it; the error is of this machine.
func Check(dir, bundles string, trust receipt.Trust, check Verify) (Checked, error) {
	c := Checked{Name: filepath.Base(dir), Folder: dir, Problems: []string{}, Warnings: []string{}, Assurance: results.SelfReported, Titles: map[string]string{}}
	if !results.ValidName(c.Name) {
		c.problem("the folder's name %s", results.NameProblem(c.Name))
		return c, nil
	}
	err := c.check(bundles, trust, check)
	if ofFolder(err) {
		c.problem("%v", err)
		return c, nil
	}
	return c, err
}

// ofFolder reports whether the error is of what somebody handed in, and not of this machine.
func ofFolder(err error) bool {
	known := (*results.Error)(nil)
	return errors.As(err, &known) && known.Kind != results.Infrastructure
}

func (c *Checked) check(bundles string, trust receipt.Trust, check Verify) error {
	dir := c.Folder
	size, err := sizeOf(dir) // first, since nothing but files may be read
	if err != nil {
		return err
	}
	if size > MaxFolder {
		c.problem("the folder has %d bytes; it may have %d: give the bundle by its address", size, MaxFolder)
	}
	info, problems, err := read(dir)
	if err != nil {
		return err
	}
	c.Problems, c.date = append(c.Problems, problems...), info.Date
	if info.Date == "" {
		c.warn("%s has no date: where another submission has the same trial, that one was there first", InfoFile)
	}
	file := filepath.Join(dir, BundleFile)
	if info.Bundle.File != BundleFile {
		file = filepath.Join(bundles, info.Bundle.Digest+".adb")
		if c.away = bundles == "" || !isDigest.MatchString(info.Bundle.Digest) || !disk.Exists(file); c.away {
			c.warn("the bundle is at %s and not at hand, so that nothing of it is checked", info.Bundle.URL)
			return nil
		}
	}
	v, err := check(file)
	if err != nil {
		return err
	}
	report, b := v.Report, v.Bundle
	c.Report, c.Bundle, c.Trials = report, b.Digest, len(report.Outcomes)
	if b.Digest != info.Bundle.Digest {
		c.problem("%s names the digest %s; the bundle has %s", InfoFile, results.ShortDigest(info.Bundle.Digest), results.ShortDigest(b.Digest))
	}
	c.rules(report, b)
	if err := c.agents(v); err != nil {
		return err
	}
	return c.receipts(file, b, trust, info)
}

func sizeOf(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return results.Bad(err)
		}
		if e.IsDir() {
			return nil
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
		marks["a protocol of the submitter's own"] = marks["a protocol of the submitter's own"] || !named(o.Protocol)
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
	for _, mark := range []string{"simulated", "a modified protocol", "a protocol of the submitter's own", "no sandbox"} {
		if marks[mark] {
			c.warn("trials have %s: their rows stand apart", mark)
		}
	}
}

// receipts finds the strongest receipt that counts. One that does not is no reason to leave
// the submission out: somebody else may have put it there, or lost the key.
func (c *Checked) receipts(file string, b *bundle.Bundle, trust receipt.Trust, info Info) error {
	paths, err := filesLike(c.Folder, "receipt*.json")
	if err != nil {
		return err
	}
	for _, path := range paths {
		r, err := trust.Check(path, receipt.About(file, b))
		if ofFolder(err) {
			c.warn("%v", err)
			continue
		}
		if err != nil {
			return err
		}
		level := map[receipt.Level]results.Assurance{receipt.ThirdParty: results.Verified, receipt.Reproduced: results.Reproduced}[r.Level]
		if info.signs(r.Signer) {
			c.warn("%s: %s is the submitter, whose receipt raises nothing", filepath.Base(path), r.Signer)
			continue
		}
		if level.Stronger(c.Assurance) {
			c.Assurance, c.AssuredBy = level, r.Signer
		}
		c.audited(r.Results)
	}
	return nil
}

// audited adds what the signer's audit found in the whole bundle: the one that is published
// may lack what tells.
func (c *Checked) audited(list []receipt.Result) {
	found := map[results.TrialID]*results.Audited{}
	for _, r := range list {
		found[r.TrialID] = r.Audit
	}
	for i, o := range c.Report.Outcomes {
		var now results.Audited
		if o.Audit != nil {
			now = *o.Audit
		}
		if other := found[o.TrialID]; other != nil {
			sum := verify.Graver(now, other)
			c.Report.Outcomes[i].Audit = &sum
		}
	}
}

// signs reports whether the signer is the submitter: by the names that they give as
// theirs, or by the first field of who they are.
func (i Info) signs(signer string) bool {
	who, _, _ := strings.Cut(i.Submitter, ",")
	return slices.ContainsFunc(append(slices.Clone(i.Signers), who), func(name string) bool {
		return strings.EqualFold(strings.TrimSpace(name), signer)
	})
}

// named reports whether the protocol is one of the program's.
func named(protocol string) bool {
	return slices.ContainsFunc(results.Protocols(), func(p results.Protocol) bool { return p.Name == protocol })
}
