package record

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Names of the files and folders of the record. No other package spells them.
const (
	givenFile       = "experiment.yaml"
	lockFile        = "experiment.lock.json"
	scoresFile      = "scores.jsonl"
	limitsFile      = "limits.jsonl"
	leaderboardFile = "leaderboard.md"
	leftOutFile     = "left-out.json"
	indexFile       = "results.db"
	headsFile       = "heads.jsonl"
	trialsFolder    = "trials" // as results.TrialID has it
	agentsFolder    = "agents"
	baseFolder      = "base"
	privateFolder   = "private"
	cacheFolder     = "cache"
	adaptersFolder  = "adapters"
	jobsFolder      = "jobs"
	cancelFolder    = "cancel"
	replayFolder    = "replay"

	writerFile    = "lock.json"
	eventsFile    = "events.jsonl"
	ledgerFile    = "ledger.jsonl"
	runningFile   = "running.json"
	sealFile      = "seal.json"
	auditFile     = "audit.json"
	teacherFolder = "teacher"
	openSegment   = "open"
	segmentSuffix = ".jsonl.zst"
	finalFolder   = "final"
	roundsFolder  = "rounds"

	attemptsFolder = "attempts"
	promptFile     = "prompt.json"
	replyFile      = "reply.json"
	agentLogFile   = "agent.log"
	callsFile      = "model.jsonl"
	planFile       = "plan.md"
	codeFile       = "code.py"
	runLogFile     = "run.log"
	submissionFile = "submission.json"
	checkFile      = "check.json"
	trainFile      = "train.json"
	publicFile     = "public.json"

	predictionsFile = "predictions.jsonl"
	scoreFile       = "score.json"
	givenFolder     = "given"
	givenRecordFile = "given.json"
)

// Index is the SQLite index of all experiments below the folder out.
func Index(out string) string { return filepath.Join(out, indexFile) }

// Replays is the folder below out for the replays of an experiment's trials.
func Replays(out, experiment string) Experiment {
	return Experiment(filepath.Join(out, replayFolder, experiment))
}

// Experiment is the folder of an experiment.
type Experiment string

// Sweep removes what writers that are gone left half written. The folder of jobs is
// its launcher's, whose writers are other machines.
func (e Experiment) Sweep() { disk.Sweep(string(e), jobsFolder) }

func (e Experiment) join(names ...string) string {
	return filepath.Join(string(e), filepath.Join(names...))
}

// Given is the experiment file as its user wrote it.
func (e Experiment) Given() Text { return Text(e.join(givenFile)) }

// Lock holds the experiment's resolved terms.
func (e Experiment) Lock() File[Lock] { return File[Lock](e.join(lockFile)) }

// Grown holds the terms with which the experiment went on when it grew for the time n-1,
// n from 2. Its first terms stay in [Experiment.Lock].
func (e Experiment) Grown(n int) File[Lock] {
	return File[Lock](e.join(strings.TrimSuffix(lockFile, ".json") + "." + strconv.Itoa(n) + ".json"))
}

// scores is the hash-chained log of seals and scores, see [Scores].
func (e Experiment) scores() string { return e.join(scoresFile) }

// Definition holds the definition of the agent of the name, without secrets.
func (e Experiment) Definition(agent string) File[any] {
	return File[any](e.join(agentsFolder, agent+".json"))
}

// Leaderboard is the page that the last run wrote.
func (e Experiment) Leaderboard() Text { return Text(e.join(leaderboardFile)) }

// LeftOut says what the folder lacks since it was unpacked from a bundle.
func (e Experiment) LeftOut() File[LeftOut] { return File[LeftOut](e.join(leftOutFile)) }

// BasePublic holds the untrained student's answers to the domain's public set.
func (e Experiment) BasePublic(d results.Domain) File[Public] {
	return File[Public](e.join(baseFolder, string(d), publicFile))
}

// Base is the folder of the untrained student's score on the domain's private set.
func (e Experiment) Base(d results.Domain) Final {
	return Final(e.join(baseFolder, string(d), privateFolder))
}

// Trial is the folder of a trial.
func (e Experiment) Trial(id results.TrialID) Trial {
	return Trial(e.join(filepath.FromSlash(id.Path())))
}

// Submission is the folder of a submission that no agent made.
func (e Experiment) Submission(name string, d results.Domain) Given {
	return Given(e.join(givenFolder, name, string(d)))
}

// Cache is the folder of all trainings that the experiment's trials share.
func (e Experiment) Cache() string { return e.join(cacheFolder) }

// Training is the folder of the training with the digest of all that decides it.
func (e Experiment) Training(digest string) Training {
	return Training(e.join(cacheFolder, digest[:min(32, len(digest))]))
}

// Adapter is the folder of a kept adapter, whose weights have the digest.
func (e Experiment) Adapter(digest string) Training {
	return Training(e.join(adaptersFolder, digest[:min(32, len(digest))]))
}

// Cancel holds the wish to cancel a trial. It lies beside the trials, since a trial's
// own folder may be sealed at any moment.
func (e Experiment) Cancel(id results.TrialID) File[Cancelled] {
	return File[Cancelled](e.join(cancelFolder, filepath.FromSlash(id.Path())+".json"))
}

// Jobs is the folder of a cluster's jobs.
func (e Experiment) Jobs() string { return e.join(jobsFolder) }

// Training is the folder of a finished training: the adapter's files, and a report.
type Training string

// Report is written when the training has ended; without it the training has not.
func (t Training) Report() File[Trained] { return File[Trained](filepath.Join(string(t), trainFile)) }

// Trial is the folder of a trial.
type Trial string

func (t Trial) join(names ...string) string {
	return filepath.Join(string(t), filepath.Join(names...))
}

// Writer is the lock of the one process that writes to the trial.
func (t Trial) Writer() string { return t.join(writerFile) }

// Events is the hash-chained log of the trial's events.
func (t Trial) Events() string { return t.join(eventsFile) }

// Ledger is the hash-chained log of the calls of teacher and agent.
func (t Trial) Ledger() string { return t.join(ledgerFile) }

// Running says how long the step under way has taken, for a program that is killed.
func (t Trial) Running() File[Running] { return File[Running](t.join(runningFile)) }

// SealFile lists the digests of all files before the private set was opened.
func (t Trial) SealFile() File[Seal] { return File[Seal](t.join(sealFile)) }

// Teacher is the folder of the segments that hold the teacher's answers.
func (t Trial) Teacher() Segments { return Segments(t.join(teacherFolder)) }

// Attempts is the folder of the attempts.
func (t Trial) Attempts() string { return t.join(attemptsFolder) }

// Attempt is the folder of attempt n, from 1.
func (t Trial) Attempt(n int) Attempt { return Attempt(t.join(attemptsFolder, strconv.Itoa(n))) }

// Final is the folder of the private score with final seed k, from 1.
func (t Trial) Final(k int) Final { return Final(t.join(finalFolder, strconv.Itoa(k))) }

// Round is the folder of attempt n's private score.
func (t Trial) Round(n int) Final { return Final(t.join(finalFolder, roundsFolder, strconv.Itoa(n))) }

// Attempt is the folder of an attempt.
type Attempt string

func (a Attempt) join(name string) string { return filepath.Join(string(a), name) }

// Prompt is what the agent was sent.
func (a Attempt) Prompt() File[Prompt] { return File[Prompt](a.join(promptFile)) }

// Reply is what the agent answered.
func (a Attempt) Reply() File[Reply] { return File[Reply](a.join(replyFile)) }

// AgentLog is what the agent's own program printed beside its reply.
func (a Attempt) AgentLog() Text { return Text(a.join(agentLogFile)) }

// Calls holds the calls of the agent's own program to its model, a line each.
func (a Attempt) Calls() Lines[ModelCall] { return Lines[ModelCall](a.join(callsFile)) }

// Plan is the plan taken out of the reply.
func (a Attempt) Plan() Text { return Text(a.join(planFile)) }

// Code is the program taken out of the reply.
func (a Attempt) Code() Text { return Text(a.join(codeFile)) }

// RunLog is what the program printed.
func (a Attempt) RunLog() Text { return Text(a.join(runLogFile)) }

// Submission is the file that the program left, byte for byte.
func (a Attempt) Submission() Text { return Text(a.join(submissionFile)) }

// Check is the platform's verdict on the submission.
func (a Attempt) Check() File[results.CheckData] {
	return File[results.CheckData](a.join(checkFile))
}

// Train sums the training on the submission up.
func (a Attempt) Train() File[results.TrainData] {
	return File[results.TrainData](a.join(trainFile))
}

// Public holds the trained student's answers to the public set.
func (a Attempt) Public() File[Public] { return File[Public](a.join(publicFile)) }

// Final is the folder of a score on a private set.
type Final string

// Rows are those that the student was trained on.
func (f Final) Rows() File[[]results.Row] {
	return File[[]results.Row](filepath.Join(string(f), submissionFile))
}

// Predictions holds the student's answers, a line for each item.
func (f Final) Predictions() Lines[results.Judged] {
	return Lines[results.Judged](filepath.Join(string(f), predictionsFile))
}

// Score is written last; without it the folder holds no score.
func (f Final) Score() File[Score] { return File[Score](filepath.Join(string(f), scoreFile)) }

// Given is the folder of a submission that no agent made.
type Given string

// Terms says which rows were scored, and under which terms.
func (g Given) Terms() File[GivenTerms] {
	return File[GivenTerms](filepath.Join(string(g), givenRecordFile))
}

// Run is the folder of the score of run n, from 1.
func (g Given) Run(n int) Final { return Final(filepath.Join(string(g), "run-"+strconv.Itoa(n))) }
