package slurm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student"
)

// mostSubmissions is how often a call submits a step that the cluster fails.
const mostSubmissions = 3

// step is one training or round of answers, of which the newest submission is
// watched.
type step struct {
	*Launcher
	name string
	dir  string
	tell func(note)

	n         int       // of the submission watched; 0 for none
	submitted int       // by this call
	asked     time.Time // of the newest listing counted
	since     time.Time // of the submission, as far as this call knows
	exited    time.Time // when the script's end was first seen
	silent    int
	told      int   // notes passed on
	complaint error // of sbatch, at the newest submission

	reason string    // why the job waits, as last listed
	heard  time.Time // when that reason was first listed
	full   time.Time // when sbatch first said that the user has too many jobs; zero when it takes them
	tried  time.Time // when sbatch was last asked
}

// run submits the step, unless a coordinator before did, until there is a result,
// and returns it with the number of its submission.
func (s *step) run(ctx context.Context) (result, int, error) {
	var err error
	if s.n, err = newest(s.dir); err != nil {
		return result{}, 0, results.Infra(err)
	}
	resume := student.Wait(ctx)
	defer func() { resume() }()
	tick := time.NewTicker(min(2*time.Second, max(s.config.Interval/4, 50*time.Millisecond)))
	defer tick.Stop()
	for {
		verdict, why := Again, ""
		var r result
		switch {
		case !s.full.IsZero(): // there is no job yet
			if s.now().Sub(s.tried) < s.config.Interval {
				verdict = Wait
			}
		case s.n > 0:
			r, verdict, why = s.judge(ctx)
		}
		switch verdict {
		case Runs:
			resume()
		case Take:
			return r, s.n, nil
		case Wait:
			if !s.exited.IsZero() { // nothing runs while Slurm has still to say how it ended
				resume()
				resume = student.Wait(ctx)
			}
		}
		if verdict == Never || verdict == Stop || verdict == Again && s.full.IsZero() && s.submitted == mostSubmissions {
			s.cancelOthers(ctx, 0)
			return result{}, 0, s.failure(verdict, why)
		}
		if verdict == Again {
			resume()
			resume = student.Wait(ctx) // a failed job's time is no run time
			if err := s.submit(ctx); err != nil {
				return result{}, 0, err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.leave(ctx)
			return result{}, 0, context.Cause(ctx)
		}
	}
}

// newest is the number of the newest submission in the step's folder.
func newest(dir string) (int, error) {
	entries, err := os.ReadDir(dir)
	n := 0
	for _, e := range entries {
		if k, err := strconv.Atoi(e.Name()); err == nil && e.IsDir() {
			n = max(n, k)
		}
	}
	return n, err
}

// judge gathers what is known of the submission and decides.
func (s *step) judge(ctx context.Context) (result, Verdict, string) {
	r, e := s.left()
	s.passOn()
	switch {
	case e.Exit == nil: // also of a job that Slurm began anew
		s.exited = time.Time{}
	case s.exited.IsZero():
		s.exited = s.now()
	}
	e.Stale = e.Exit != nil && s.now().Sub(s.exited) > ending
	if v, _ := Decide(e); v == Take { // whatever Slurm says
		return r, v, ""
	}
	l := s.queue.look(ctx)
	if l.err == nil {
		var j entry
		j, e.Listed = l.jobs[jobName(s.name, s.n)]
		e.Answered, e.State, e.Reason = true, j.state, j.reason
		e.Stuck = s.waitsFor(j.reason) > grace
		if l.at.After(s.asked) && l.at.After(s.since) { // an answer that is new, and could know of it
			s.asked = l.at
			if s.silent++; e.Listed && states[j.state] != ended {
				s.silent = 0
			}
		}
		e.Silent = s.silent
	} else if errors.Is(l.err, errSilent) {
		return r, Stop, oneLine([]byte(l.err.Error()))
	}
	v, why := Decide(e)
	if (v == Stop || v == Never) && s.submitted == 0 && s.asksElse() {
		v = Again
	}
	return r, v, why
}

// waitsFor is how long the job has given the reason.
func (s *step) waitsFor(reason string) time.Duration {
	if reason != s.reason || s.heard.IsZero() {
		s.reason, s.heard = reason, s.now()
	}
	return s.now().Sub(s.heard)
}

// asksElse reports whether the submission watched, of a coordinator before, asked
// Slurm for something else than the next one would: what was raised may help.
func (s *step) asksElse() bool {
	was, err := os.ReadFile(s.path(scriptFile))
	return err != nil || string(was) != s.config.script(jobName(s.name, s.n), submissionDir(s.dir, s.n))
}

func (s *step) path(name string) string { return filepath.Join(submissionDir(s.dir, s.n), name) }

// left reads what the job left. A fault of the platform is no result to take,
// since another submission may not meet it.
func (s *step) left() (r result, e Evidence) {
	if e.Result = disk.Exists(s.path(resultFile)); e.Result {
		err := disk.ReadJSON(s.path(resultFile), &r)
		if f := r.Fault; err == nil && f != nil && !f.Diverged && f.Kind != results.BadInput {
			err = f.err()
		}
		if err != nil {
			e.Fault = err.Error()
		}
	}
	if data, err := os.ReadFile(s.path(exitFile)); err == nil {
		e.Exit = parseExit(data)
	}
	return r, e
}

// submit gives Slurm the next submission, or once more the one that it had no room
// for. Whether it took one that sbatch failed on, the next listings tell.
func (s *step) submit(ctx context.Context) error {
	if s.full.IsZero() {
		s.cancelOthers(ctx, 0) // one that is given up may be held, or turn up late
		s.n++
		s.submitted++
	}
	s.silent, s.told, s.exited, s.heard = 0, 0, time.Time{}, time.Time{}
	dir, name := submissionDir(s.dir, s.n), jobName(s.name, s.n)
	path := filepath.Join(dir, scriptFile)
	if err := disk.WriteFile(path, []byte(s.config.script(name, dir))); err != nil {
		return results.Infra(fmt.Errorf("prepare a job: %w", err))
	}
	out, err := s.queue.commands.run(ctx, "sbatch", "--parsable", "--chdir="+dir, path)
	if err == nil {
		_, err = parseSubmitted(out)
	}
	s.since, s.tried, s.complaint = s.now(), s.now(), err
	if err == nil {
		s.full = time.Time{}
		return nil
	}
	return s.refusedNow(err)
}

// refusedNow is what follows from an error of sbatch: nil while it is worth to go
// on waiting or asking.
func (s *step) refusedNow(err error) error {
	isFull, named := full(err)
	switch {
	case refused(err):
		return refusal(err)
	case !isFull:
		s.full = time.Time{}
	case s.full.IsZero():
		s.full = s.now()
	case !named && s.now().Sub(s.full) > grace:
		return refusal(fmt.Errorf("for %s: %w", grace, err))
	}
	return nil
}

// failure is the error of a step that came to nothing.
func (s *step) failure(v Verdict, why string) error {
	hint := "look into " + s.dir + "; go on with resume"
	if v == Stop {
		hint = "raise launcher.time, or the memory among launcher.options, or have Slurm's controller started; then go on with resume"
	}
	last := ""
	if s.complaint != nil {
		last = "; " + s.complaint.Error()
	}
	if log, err := os.ReadFile(s.path(logFile)); err == nil && len(log) > 0 {
		last += fmt.Sprintf("; it printed %q", oneLine(log))
	}
	if v == Never {
		return refusal(fmt.Errorf("job %s: %s", jobName(s.name, s.n), why))
	}
	return results.Infra(fmt.Errorf("job %s, submission %d: %s%s", jobName(s.name, s.n), s.submitted, why, last), hint)
}

// leave ends the step of a call that was given up: its job goes on for the next
// coordinator, unless there is no use for it or the user wants it cancelled.
func (s *step) leave(ctx context.Context) {
	if s.config.CancelOnInterrupt || student.Spent(ctx) {
		s.cancelOthers(ctx, 0)
	}
}

// cancelOthers cancels the step's jobs but that of submission n, if Slurm
// listens. It goes on although ctx has ended.
func (s *step) cancelOthers(ctx context.Context, n int) {
	var names []string
	for k := 1; k <= s.n; k++ {
		if k != n {
			names = append(names, jobName(s.name, k))
		}
	}
	for _, name := range names {
		_, _ = s.queue.commands.run(context.WithoutCancel(ctx), "scancel", "--user="+s.queue.user, "--name="+name)
	}
}

// passOn tells the notes that are new. The file may end in half a note.
func (s *step) passOn() {
	data, err := os.ReadFile(s.path(progressFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
	notes := parseNotes(data)
	for ; s.told < len(notes); s.told++ {
		s.tell(notes[s.told])
	}
}
