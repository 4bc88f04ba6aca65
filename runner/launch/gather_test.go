package launch

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// fake is a student of which a training takes as many seconds as its seed says,
// together or alone, and an answer five. Recipes agree where their ranks are equal.
type fake struct {
	mu     sync.Mutex
	jobs   [][]int64 // seeds of the trainings of each job
	askers int       // at the moment
	most   int       // askers at a time
}

func (f *fake) Agree(a, b results.Recipe) bool { return a.Rank == b.Rank }

func (f *fake) job(seeds ...int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.jobs = append(f.jobs, seeds)
}

func (f *fake) Train(ctx context.Context, _ results.Recipe, _ []results.Row, seed int64, _ string, _ func(student.Progress)) (results.TrainReport, error) {
	f.job(seed)
	select {
	case <-time.After(time.Duration(seed) * time.Second):
		return results.TrainReport{Updates: int(seed)}, nil
	case <-ctx.Done():
		return results.TrainReport{}, context.Cause(ctx)
	}
}

func (f *fake) TrainMany(list []*student.Training) {
	var seeds []int64
	var wg sync.WaitGroup
	for _, t := range list {
		seeds = append(seeds, t.Seed)
		resume := student.Wait(t.Ctx)
		t.Begin()
		student.Share(t.Ctx, len(list))
		resume()
		wg.Go(func() {
			select {
			case <-time.After(time.Duration(t.Seed) * time.Second):
				t.End(results.TrainReport{Updates: int(t.Seed)}, nil)
			case <-t.Ctx.Done():
				t.End(results.TrainReport{}, context.Cause(t.Ctx))
			}
		})
	}
	f.job(seeds...)
	wg.Wait()
}

func (f *fake) Generate(context.Context, string, []string, results.Sampling, func(done, total int)) ([]string, error) {
	f.mu.Lock()
	f.askers++
	f.most = max(f.most, f.askers)
	f.mu.Unlock()
	time.Sleep(5 * time.Second)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.askers--
	return nil, nil
}

// trials calls the gatherer, each at its second, and waits for all.
type trials struct {
	*testing.T
	*Gatherer
	wg sync.WaitGroup
}

func (ts *trials) train(ctx context.Context, at, seed int64, rank int, want error) {
	ts.wg.Go(func() {
		time.Sleep(time.Duration(at) * time.Second)
		report, err := ts.Train(ctx, results.Recipe{Rank: rank}, nil, seed, "", nil)
		if !errors.Is(err, want) || want == nil && report.Updates != int(seed) {
			ts.Errorf("training %d: %+v, %v", seed, report, err)
		}
	})
}

func (ts *trials) ask(at int64) {
	ts.wg.Go(func() {
		time.Sleep(time.Duration(at) * time.Second)
		if _, err := ts.Generate(ts.Context(), "", nil, results.Sampling{}, nil); err != nil {
			ts.Error(err)
		}
	})
}

// gathered runs the trials and compares the jobs that the student had.
func gathered(t *testing.T, most, asks int, want [][]int64, run func(ts *trials)) *fake {
	t.Helper()
	f := &fake{}
	synctest.Test(t, func(t *testing.T) {
		ts := &trials{T: t, Gatherer: NewGatherer(most, Member{f, f, asks})}
		run(ts)
		ts.wg.Wait()
		if err := ts.Close(); err != nil {
			t.Error(err)
		}
	})
	if diff := cmp.Diff(want, f.jobs); diff != "" {
		t.Errorf("jobs (-want +got):\n%s", diff)
	}
	return f
}

// The first begins at once; those who come while it runs are taken together, up to
// the limit, and the rest after them.
func TestGather(t *testing.T) {
	gathered(t, 3, 1, [][]int64{{10}, {4, 5, 6}, {7}}, func(ts *trials) {
		for at, seed := range []int64{10, 4, 5, 6, 7} {
			ts.train(ts.Context(), int64(at), seed, 8, nil)
		}
	})
}

// Other recipes wait for their own turn, in the order of their calls.
func TestGatherOnlyThoseThatAgree(t *testing.T) {
	gathered(t, 3, 1, [][]int64{{10}, {4, 6}, {5, 7}}, func(ts *trials) {
		for at, seed := range []int64{10, 4, 5, 6, 7} {
			ts.train(ts.Context(), int64(at), seed, int(seed%2), nil)
		}
	})
}

// Who gives up while waiting is not taken, and who gives up in a job leaves it alone.
func TestGatherGivingUp(t *testing.T) {
	stop := errors.New("stop")
	gathered(t, 4, 1, [][]int64{{10}, {4, 6}, {3}}, func(ts *trials) {
		after := func(seconds int) context.Context {
			ctx, cancel := context.WithCancelCause(ts.Context())
			ts.wg.Go(func() { time.Sleep(time.Duration(seconds) * time.Second); cancel(stop) })
			return ctx
		}
		ts.train(ts.Context(), 0, 10, 8, nil)
		ts.train(ts.Context(), 1, 4, 8, nil)
		ts.train(after(5), 2, 5, 8, stop)
		ts.train(after(12), 3, 6, 8, stop)
		ts.train(ts.Context(), 13, 3, 8, nil)
	})
}

// Several ask at once, also who comes later, until a training waits for the student.
func TestGatherAskers(t *testing.T) {
	f := gathered(t, 4, 3, [][]int64{{10}, {2}}, func(ts *trials) {
		ts.train(ts.Context(), 0, 10, 8, nil)
		ts.ask(1)
		ts.train(ts.Context(), 2, 2, 8, nil)
		ts.ask(3) // past the training, with the first
		ts.ask(20)
		ts.ask(21) // joins
		ts.ask(22)
		ts.ask(23) // one too many
	})
	if f.most != 3 {
		t.Errorf("%d asked at a time, want 3", f.most)
	}
	if f := gathered(t, 4, 1, nil, func(ts *trials) { ts.ask(0); ts.ask(0) }); f.most != 1 {
		t.Errorf("%d asked a student that answers one at a time", f.most)
	}
}

// Of shared time each has its part: waiting counts nothing, and the parts add up.
func TestGatherMeters(t *testing.T) {
	ran := map[int64]time.Duration{}
	var mu sync.Mutex
	gathered(t, 2, 1, [][]int64{{10}, {4, 4}}, func(ts *trials) {
		for at, seed := range []int64{10, 4, 4} {
			ctx, meter := student.Metered(ts.Context(), time.Minute, errors.New("spent"), time.Now)
			resume := student.Wait(ctx) // until it is called
			ts.wg.Go(func() {
				time.Sleep(time.Duration(at) * time.Second)
				resume()
				if _, err := ts.Train(ctx, results.Recipe{}, nil, seed, "", nil); err != nil {
					ts.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				ran[seed] += meter.Stop()
			})
		}
	})
	if want := map[int64]time.Duration{10: 10 * time.Second, 4: 4 * time.Second}; cmp.Diff(want, ran) != "" {
		t.Errorf("run times by seed %v, want %v", ran, want)
	}
}

// Whatever comes, every call ends, no job is greater than the limit, and no student
// is idle while somebody waits.
func TestGatherMany(t *testing.T) {
	f := &fake{}
	synctest.Test(t, func(t *testing.T) {
		ts := &trials{T: t, Gatherer: NewGatherer(4, Member{f, f, 4}, Member{f, f, 4})}
		for i := range int64(60) {
			ts.train(ts.Context(), i*7%40, 1+i%9, int(i%3), nil)
			ts.ask(i * 11 % 40)
		}
		ts.wg.Wait()
		if err := ts.Close(); err != nil {
			t.Error(err)
		}
		if len(ts.free) != 2 || len(ts.waiting)+len(ts.asking) != 0 {
			t.Errorf("in the end %d free, %d waiting, %d asked", len(ts.free), len(ts.waiting), len(ts.asking))
		}
	})
	var seeds []int64
	for _, job := range f.jobs {
		if len(job) > 4 {
			t.Errorf("a job of %d", len(job))
		}
		seeds = append(seeds, job...)
	}
	if len(seeds) != 60 || len(f.jobs) > 40 {
		t.Errorf("%d trainings in %d jobs", len(seeds), len(f.jobs))
	}
}
