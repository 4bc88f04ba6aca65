package slurm

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// entry is a job as squeue lists it.
type entry struct {
	id            int64
	state, reason string
}

// listing is what Slurm said of the user's jobs at a time.
type listing struct {
	at   time.Time // when it was asked
	jobs map[string]entry
	err  error // it did not answer
}

// listArgs asks for every job that Slurm still knows, in a form that all versions
// print alike. The name is last, since it may hold anything.
func listArgs(user string) []string {
	return []string{"--noheader", "--states=all", "--user=" + user, "--format=%i|%T|%r|%j"}
}

// parseListing reads what squeue prints for listArgs. Jobs of other programs are
// left out, and so are lines that it cannot read.
func parseListing(out []byte) map[string]entry {
	jobs := map[string]entry{}
	for line := range bytes.Lines(out) {
		parts := strings.SplitN(strings.TrimRight(string(line), "\r\n"), "|", 4)
		if len(parts) < 4 || !strings.HasPrefix(strings.TrimSpace(parts[3]), namePrefix) {
			continue
		}
		id, err := strconv.ParseInt(strings.TrimSpace(parts[0]), 10, 64)
		if err != nil || id < 0 {
			continue
		}
		state, _, _ := strings.Cut(strings.TrimSpace(parts[1]), " ") // CANCELLED by 0
		e := entry{id: id, state: state, reason: strings.TrimSpace(parts[2])}
		name := strings.TrimSpace(parts[3])
		if was, twice := jobs[name]; twice && better(was, e) {
			continue
		}
		jobs[name] = e
	}
	return jobs
}

// better reports whether a is the one to believe of two jobs of a name: the live
// one, or the newer.
func better(a, b entry) bool {
	aLive, bLive := states[a.state] != ended, states[b.state] != ended
	if aLive != bLive {
		return aLive
	}
	return cmp.Compare(a.id, b.id) > 0
}

// queue asks Slurm for all jobs at once, at most once an interval, whoever wants
// to know.
type queue struct {
	commands commands
	user     string
	interval time.Duration
	now      func() time.Time

	mu       sync.Mutex
	last     listing
	answered time.Time // when it last answered, or was first asked
}

// look returns the newest listing, asking for a new one when it is due.
func (q *queue) look(ctx context.Context) listing {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	if !q.last.at.IsZero() && now.Sub(q.last.at) < q.interval {
		return q.last
	}
	out, err := q.commands.run(ctx, "squeue", listArgs(q.user)...)
	if ctx.Err() != nil {
		return listing{at: now, err: context.Cause(ctx)}
	}
	if q.answered.IsZero() || err == nil {
		q.answered = now
	}
	q.last = listing{at: now, err: err}
	if err == nil {
		q.last.jobs = parseListing(out)
	} else if silent := now.Sub(q.answered); silent > mostSilence {
		q.last.err = fmt.Errorf("%w for %s: %w", errSilent, silent.Round(time.Second), err)
	}
	return q.last
}
