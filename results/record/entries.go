package record

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Entry is a folder of an experiment that has outcomes: a trial, or a submission
// that no agent made.
type Entry struct {
	Root   Experiment
	Folder string // below Root, with slashes
	given  bool
}

// Broken is a folder that cannot be read, or is not what it was.
type Broken struct {
	Folder string
	Err    error
}

// Error names the folder, or the file in it.
func (b Broken) Error() string {
	if text := b.Err.Error(); strings.Contains(text, b.Folder) {
		return text + "; left out"
	}
	return fmt.Sprintf("%s: left out: %v", b.Folder, b.Err)
}

// Unwrap returns the cause.
func (b Broken) Unwrap() error { return b.Err }

// Recorded lists the folders below out that hold anything of an experiment.
func Recorded(out string) ([]Experiment, error) {
	list, err := holding(out, lockFile, givenFolder, scoresFile, trialsFolder)
	if err == nil && len(list) == 0 {
		err = NoExperiment(out)
	}
	return list, err
}

// Entries lists what has outcomes in the experiment. What cannot be looked into is
// named.
func (e Experiment) Entries() (list []Entry, broken []Broken) {
	err := filepath.WalkDir(string(e), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			broken = append(broken, Broken{path, err})
			return nil
		}
		if entry.IsDir() || entry.Name() != eventsFile && entry.Name() != givenRecordFile {
			return nil
		}
		folder, err := filepath.Rel(string(e), filepath.Dir(path))
		list = append(list, Entry{e, filepath.ToSlash(folder), entry.Name() == givenRecordFile})
		return err
	})
	if err != nil {
		broken = append(broken, Broken{string(e), err})
	}
	return list, broken
}

// EntryOf is the entry of the folder below the experiment's.
func (e Experiment) EntryOf(folder string) Entry {
	return Entry{e, folder, strings.HasPrefix(folder, givenFolder+"/")}
}

// EntryOfTrial is the entry of a trial.
func (e Experiment) EntryOfTrial(id results.TrialID) Entry { return Entry{e, id.Path(), false} }

// EntryOfGiven is the entry of a submission that no agent made.
func (e Experiment) EntryOfGiven(name string, d results.Domain) Entry {
	return Entry{e, strings.Join([]string{givenFolder, name, string(d)}, "/"), true}
}

// Path is the entry's folder.
func (e Entry) Path() string { return e.Root.join(filepath.FromSlash(e.Folder)) }

// Outcomes reads the outcomes of the entry from its files and the log. With the
// error of a trial whose events can be read comes an outcome that names it.
func (s *Scores) Outcomes(e Entry) ([]results.Outcome, error) {
	if e.given {
		return s.GivenOutcomes(Given(e.Path()))
	}
	o, err := s.Outcome(Trial(e.Path()))
	if o.Agent == "" {
		return nil, err
	}
	return []results.Outcome{o}, err
}

// Trial is the id of the trial whose folder the entry is, by the folder's name.
func (e Entry) Trial() (id results.TrialID, ok bool) {
	parts := strings.Split(e.Folder, "/")
	if len(parts) != 5 {
		return id, false
	}
	workflow, setting, _ := cutLast(parts[2])
	run, _ := strconv.Atoi(strings.TrimPrefix(parts[4], "run-"))
	id = results.TrialID{Domain: results.Domain(parts[1]), Workflow: results.Workflow(workflow), Setting: results.Setting(setting), Agent: parts[3], Run: run}
	return id, id.Path() == e.Folder
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndex(s, "-")
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// Stamp digests the names, sizes and times of all files on which the entry's outcomes
// depend, but for the log: whose stamp is the same as before has not changed since.
// Besides the time of modification, which anybody may set, there is the time of
// change, which the system sets.
func (e Entry) Stamp() (string, error) {
	folders := []string{e.Path()}
	if domain, ok := e.domain(); ok {
		folders = append(folders, string(e.Root.Base(domain)))
	}
	return stampOf(folders...)
}

// stampOf is the stamp of the folders.
func stampOf(folders ...string) (string, error) {
	h, line := sha256.New(), []byte(nil)
	for i, dir := range folders {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			switch {
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == roundsFolder && filepath.Base(filepath.Dir(path)) == finalFolder:
				return fs.SkipDir
			case entry.IsDir() || entry.Name() == writerFile || disk.Unfinished(entry.Name()):
				return nil
			}
			info, err := os.Stat(path) // not of a link, which would say nothing of its file
			if err != nil {
				return err
			}
			line = append(strconv.AppendInt(line[:0], int64(i), 10), strings.TrimPrefix(path, dir)...)
			line = append(strconv.AppendInt(append(line, 0), info.Size(), 10), ' ')
			line = append(strconv.AppendInt(line, info.ModTime().UnixNano(), 10), ' ')
			line = append(strconv.AppendInt(line, disk.Changed(info), 10), '\n')
			h.Write(line)
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// domain is the one of the entry, by its folder's name.
func (e Entry) domain() (results.Domain, bool) {
	parts := strings.Split(e.Folder, "/")
	at := 1
	if e.given {
		at = 2
	}
	if len(parts) <= at {
		return "", false
	}
	return results.Domain(parts[at]), true
}

// Agrees reports whether the log has the scores of the outcome. It is asked about
// outcomes that were read before, from files that have not changed since.
func (s *Scores) Agrees(o results.Outcome) bool {
	if !s.kept || o.Changed != "" {
		return true
	}
	if o.BasePrivate.Total > 0 && !s.has(ScoresLine{Kind: BaseScored, Domain: o.Domain}, o.BasePrivate) {
		return false
	}
	if o.Kind == results.OfGiven {
		return len(o.Finals) == 1 && s.has(ScoresLine{Kind: GivenScored, Domain: o.Domain, Given: o.Agent, Number: o.Run}, o.Finals[0])
	}
	for i, score := range o.Finals {
		if !s.has(finalOf(o.TrialID, i+1), score) {
			return false
		}
	}
	if _, scored := s.line(finalOf(o.TrialID, 1)); scored && len(o.Finals) == 0 {
		return false
	}
	return o.End == "" || o.BasePrivate.Total == 0 || s.knows(o.TrialID)
}

func (s *Scores) has(about ScoresLine, score results.Score) bool {
	l, ok := s.line(about)
	return ok && l.Score != nil && *l.Score == score
}

// Unsealed refuses to begin or to go on with a trial that the log has as sealed.
func (s *Scores) Unsealed(id results.TrialID) error {
	t := s.root.Trial(id)
	if !s.knows(id) {
		return nil
	}
	if !disk.Exists(t.Events()) {
		return s.root.EntryOfTrial(id).Gone()
	}
	return unlike(string(t.SealFile()), errors.New("is missing from a trial that was sealed"))
}

// Gone is the error of an entry that is not there any more.
func (e Entry) Gone() error {
	what := "trial that was sealed"
	if e.given {
		what = "submission that was scored"
	}
	return &results.Error{
		Kind: results.Verification, Hint: "put the folder back from a copy",
		Err: fmt.Errorf("%s: the %s here is gone", e.Path(), what),
	}
}

// Gone lists the trials that were sealed and the given submissions that were scored,
// and whose folders hold none any more.
func (s *Scores) Gone() []Entry {
	var list []Entry
	for _, id := range s.Sealed() {
		if !disk.Exists(s.root.Trial(id).Events()) {
			list = append(list, s.root.EntryOfTrial(id))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		if l.Kind == GivenScored && l.Number == 1 && !s.root.Submission(l.Given, l.Domain).Terms().Exists() {
			list = append(list, s.root.EntryOfGiven(l.Given, l.Domain))
		}
	}
	slices.SortFunc(list, func(a, b Entry) int { return strings.Compare(a.Folder, b.Folder) })
	return list
}

// IDOf is the id of the trial of the experiment, by its folder's name.
func (e Experiment) IDOf(t Trial) (id results.TrialID, ok bool) {
	folder, err := filepath.Rel(string(e), string(t))
	if err != nil {
		return id, false
	}
	return e.EntryOf(filepath.ToSlash(folder)).Trial()
}

// Given reports whether the entry is a submission that no agent made.
func (e Entry) Given() bool { return e.given }
