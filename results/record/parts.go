package record

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Part says what a file of an experiment's folder is to somebody to whom the folder is
// given.
type Part string

// The parts.
const (
	Proof       Part = "proof"           // what figures, budgets and texts are checked with
	Answers     Part = "teacher answers" // what the teacher said
	Adapters    Part = "adapters"        // the students' weights that trials share
	Predictions Part = "predictions"     // the student's answers to a private set, with reasons that tell its answers
	Foreign     Part = "foreign"         // no file of the record
	Local       Part = "local"           // of this machine alone
)

const trialPattern = trialsFolder + "/*/*/*/*/"

const grownPattern = "experiment.lock.*.json"

// finalFolders are the folders of a score on a private set.
var finalFolders = []string{
	baseFolder + "/*/" + privateFolder + "/", trialPattern + finalFolder + "/*/", trialPattern + finalFolder + "/" + roundsFolder + "/*/",
	givenFolder + "/*/*/run-*/",
}

// parts has the parts of all files, as patterns of their paths below the experiment's
// folder.
var parts = partPatterns()

func partPatterns() map[Part][]string {
	list := map[Part][]string{
		Proof: {
			givenFile, lockFile, grownPattern, scoresFile, limitsFile, agentsFolder + "/*.json", baseFolder + "/*/" + publicFile,
			cacheFolder + "/*/" + trainFile, adaptersFolder + "/*/" + trainFile,
			givenFolder + "/*/*/" + givenRecordFile,
		},
		Answers:  {trialPattern + teacherFolder + "/*" + segmentSuffix},
		Adapters: {cacheFolder + "/*/*", adaptersFolder + "/*/*"},
		Local:    {leaderboardFile, indexFile, leftOutFile, cancelFolder + "/" + trialsFolder + "/*/*/*/*.json", trialPattern + writerFile, trialPattern + runningFile, jobsFolder + "/*"},
	}
	for _, name := range []string{eventsFile, ledgerFile, sealFile, auditFile} {
		list[Proof] = append(list[Proof], trialPattern+name)
	}
	for _, name := range []string{
		promptFile, replyFile, agentLogFile, callsFile, planFile, codeFile, runLogFile, submissionFile, checkFile, trainFile, publicFile,
	} {
		list[Proof] = append(list[Proof], trialPattern+attemptsFolder+"/*/"+name)
	}
	for _, dir := range finalFolders {
		list[Proof] = append(list[Proof], dir+scoreFile, dir+submissionFile)
		list[Predictions] = append(list[Predictions], dir+predictionsFile)
	}
	return list
}

// PartOf is the part of the file at the path below an experiment's folder, with
// slashes.
func PartOf(name string) Part {
	if base := path.Base(name); disk.Unfinished(base) || foreign(base) {
		return Local
	}
	for _, part := range []Part{Proof, Answers, Predictions, Local, Adapters} {
		if slices.ContainsFunc(parts[part], func(pattern string) bool {
			ok, err := path.Match(pattern, name)
			return err == nil && ok
		}) {
			return part
		}
	}
	return Foreign
}

// EventsOf is the path of the trial's events below an experiment's folder, with slashes.
func EventsOf(id results.TrialID) string { return path.Join(id.Path(), eventsFile) }

// IsScores reports whether the path below an experiment's folder is of its log of scores.
func IsScores(name string) bool { return name == scoresFile }

// Listed is a file of an experiment's folder.
type Listed struct {
	Path string // below the folder, with slashes
	Part Part
	Size int64
}

// Files lists the experiment's files in the order of their paths: those of all trials,
// or of the given ones alone. Links and other things that are no files are left out.
func (e Experiment) Files(trials []results.TrialID) (list []Listed, err error) {
	of := map[string]bool{}
	for _, id := range trials {
		of[id.Path()] = true
	}
	err = filepath.WalkDir(string(e), func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(string(e), at)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if strings.Count(name, "/") == 4 && strings.HasPrefix(name, trialsFolder+"/") && !of[name] || name == jobsFolder || name == replayFolder {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		list = append(list, Listed{name, PartOf(name), info.Size()})
		return nil
	})
	slices.SortFunc(list, func(a, b Listed) int { return cmp.Compare(a.Path, b.Path) })
	return list, err
}

// bits refuses a score whose count is not that of its items.
func (f Final) bits(score Score) error {
	if score.Private.Items == "" {
		return unlike(string(f.Score()), errors.New("does not say which items are correct, and the predictions are left out"))
	}
	correct := 0
	for _, right := range score.Private.Items.Correct() {
		if right {
			correct++
		}
	}
	if items := len(score.Private.Items); items != score.Private.Total || correct != score.Private.Correct {
		return unlike(string(f.Score()), fmt.Errorf("says %d of %d correct, its items %d of %d", score.Private.Correct, score.Private.Total, correct, items))
	}
	return nil
}

// Bases lists the domains on whose private sets the base student has a score.
func (e Experiment) Bases() (list []results.Domain, err error) {
	names, err := fs.Glob(os.DirFS(string(e)), baseFolder+"/*/"+privateFolder+"/"+scoreFile)
	for _, name := range names {
		list = append(list, results.Domain(strings.Split(name, "/")[1]))
	}
	return list, err
}
