package slurm

import (
	"fmt"
	"time"
)

// Evidence is what is known of one submission.
type Evidence struct {
	Result bool   // result.json is there
	Fault  string // of the platform, which it tells: there is nothing to take
	Exit   *Exit  // the script's last word; nil while there is none
	Stale  bool   // which it said long ago

	Answered bool   // Slurm answered when it was last asked
	Listed   bool   // and knows the job
	State    string // the job's, as squeue names it
	Reason   string // why it waits
	Stuck    bool   // which it has given for longer than grace
	Silent   int    // answers since the submission, in a row, that spoke of no live job while files were missing
}

// Verdict is what to do about a submission.
type Verdict string

// The verdicts.
const (
	Wait  Verdict = "wait"  // in the queue, or nothing is known yet
	Runs  Verdict = "runs"  // it works
	Take  Verdict = "take"  // there is a result
	Again Verdict = "again" // the cluster failed it
	Stop  Verdict = "stop"  // another submission would fail as well
	Never Verdict = "never" // it is no job that could start
)

// patience is how many answers must miss a job, or its files, before it is given
// up: files of other machines become visible late.
const patience = 3

// ending is how long Slurm may call a job live whose script has ended. It gives up
// a node that does not answer in as much.
const ending = 5 * time.Minute

// Decide says what to do about a submission, and why in words where it failed.
func Decide(e Evidence) (Verdict, string) {
	state := states[e.State]
	switch {
	case e.Result && e.Fault == "" && (e.Exit != nil || state == ended || e.Silent > 0):
		return Take, ""
	case !e.Answered:
		return Wait, ""
	case e.Listed && e.never(state):
		return Never, "it can never start: " + e.Reason
	case e.Listed && state != ended && e.Exit == nil:
		return live(e)
	case e.Listed && state != ended && !e.Stale:
		return Wait, "" // the state will say why it ended
	case e.Listed && (state != ended || e.failed()):
		return failed(e)
	case e.Silent < patience:
		return Wait, ""
	}
	return failed(e)
}

// grace is how long a job may wait for a reason that passes when nodes come back or
// a database answers again.
const grace = time.Hour

// never reports whether the reason for which a job waits, or for which Slurm ended
// it, is one that will not pass.
func (e Evidence) never(state phase) bool {
	return state != running && (hopeless[e.Reason] || passing[e.Reason] && (state == ended || e.Stuck))
}

// live judges a job that has not ended.
func live(e Evidence) (Verdict, string) {
	switch {
	case e.State == "PENDING" && stuck[e.Reason]:
		return Again, "Slurm holds the job: " + e.Reason
	case states[e.State] == running:
		return Runs, ""
	}
	return Wait, ""
}

// failed reports whether the files themselves say that the job failed.
func (e Evidence) failed() bool {
	return e.Exit != nil && (e.Exit.Status != 0 || e.Exit.Signal != "" || e.Fault != "")
}

// failed judges a job that came to its end without a result to take. Slurm's word
// goes before that of the files, since a program that it stopped or that ran out
// of memory is in the files one that failed.
func failed(e Evidence) (Verdict, string) {
	hasEnded := e.Listed && states[e.State] == ended
	switch {
	case hasEnded && e.State != "FAILED" && e.State != "COMPLETED":
		return over(e.State)
	case e.Exit != nil && e.Exit.Signal != "" && hasEnded:
		return over("TIMEOUT") // the warning came before the limit did
	case e.Exit != nil && e.Exit.Signal != "":
		return Again, "the job was told to stop"
	case e.Fault != "":
		return Again, e.Fault
	case e.Exit != nil:
		return Again, fmt.Sprintf("the job's program ended with status %d and left no result", e.Exit.Status)
	case !e.Listed:
		return Again, "Slurm does not know the job, and it left no result"
	}
	return over(e.State)
}

// over judges a job that ended in the state without its files.
func over(state string) (Verdict, string) {
	switch state {
	case "TIMEOUT", "DEADLINE":
		return Stop, "the job reached its time limit"
	case "OUT_OF_MEMORY":
		return Stop, "the job ran out of memory"
	case "COMPLETED":
		return Again, "the job ended and left no result"
	}
	return Again, "the job ended as " + state
}

// phase is what a state means here.
type phase int

const (
	unknown phase = iota // of states that are not known: the files will tell
	queued
	running
	ended
)

// states are Slurm's, by the names that squeue prints (squeue(1), JOB STATE
// CODES). COMPLETING is not an end: the script may still write.
var states = map[string]phase{
	"PENDING": queued, "CONFIGURING": queued, "REQUEUED": queued, "REQUEUE_FED": queued, "REQUEUE_HOLD": queued, "RESV_DEL_HOLD": queued,
	"SPECIAL_EXIT": queued, "SUSPENDED": queued, "STOPPED": queued,
	"RUNNING": running, "COMPLETING": running, "RESIZING": running, "SIGNALING": running, "STAGE_OUT": running,
	"COMPLETED": ended, "FAILED": ended, "CANCELLED": ended, "TIMEOUT": ended, "DEADLINE": ended, "NODE_FAIL": ended, "BOOT_FAIL": ended,
	"OUT_OF_MEMORY": ended, "PREEMPTED": ended, "REVOKED": ended, "LAUNCH_FAILED": ended,
}

// stuck are the reasons for which a job would wait for ever after a fault.
var stuck = map[string]bool{"JobLaunchFailure": true, "launch_failed_requeued_held": true}

// hopeless are the reasons for which a job as it was asked for waits for ever;
// sbatch takes it all the same.
var hopeless = map[string]bool{
	"PartitionTimeLimit": true, "QOSMaxWallDurationPerJobLimit": true, "AssocMaxWallDurationPerJobLimit": true,
}

// passing are the reasons that may be as bad, or pass by themselves: while nodes
// are down or drained, no set of nodes fits a job (BadConstraints,
// PartitionNodeLimit), and while the accounting database does not answer, accounts
// and qualities of service look wrong.
var passing = map[string]bool{
	"BadConstraints": true, "PartitionNodeLimit": true,
	"AccountNotAllowed": true, "InvalidAccount": true, "InvalidQOS": true, "QOSNotAllowed": true,
}
