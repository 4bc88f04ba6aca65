package student

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"
)

// Meter counts the run time of one use of the student and ends it when none is
// left. Waiting for a place to run is no run time (protocol.md section 6): whoever
// waits on behalf of the student says so with [Wait]. Of time that several uses share
// ([Share]) each has an equal part, so that the parts add up to the time of the device.
type Meter struct {
	now    func() time.Time
	cancel context.CancelCauseFunc
	spent  error // the cause with which the use ends

	mu    sync.Mutex
	timer *time.Timer   // ends the use; nil while it waits
	left  time.Duration // of the limit, when the use last began to run
	since time.Time     // when it last began to run
	waits int           // waits that have not ended
	parts int           // uses that share the time, this one among them
	ran   time.Duration // until since, or until the wait
	told  bool          // ran is what [Took] said
	paid  float64       // USD, to whoever rents the student out
}

type meterKey struct{}

// Metered returns a context for one use of the student, which ends with cause
// after limit of run time. The caller stops the meter.
func Metered(ctx context.Context, limit time.Duration, cause error, now func() time.Time) (context.Context, *Meter) {
	m := &Meter{now: now, spent: cause, left: limit, parts: 1}
	ctx, m.cancel = context.WithCancelCause(context.WithValue(ctx, meterKey{}, m))
	m.start()
	return ctx, m
}

// start begins to count; the caller holds the lock or is alone.
func (m *Meter) start() {
	m.since = m.now()
	after := m.left
	if parts := time.Duration(m.parts); after <= math.MaxInt64/parts {
		after *= parts
	}
	m.timer = time.AfterFunc(after, func() { m.cancel(m.spent) })
}

// pause stops counting; the caller holds the lock.
func (m *Meter) pause() {
	ran := m.now().Sub(m.since) / time.Duration(m.parts)
	if m.ran += ran; m.timer != nil {
		m.timer.Stop()
		m.timer, m.left = nil, max(0, m.left-ran)
	}
}

// Stop ends the use and returns its run time.
func (m *Meter) Stop() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.waits == 0 && !m.told {
		m.pause()
	}
	m.waits++ // whatever comes after the end counts nothing
	m.cancel(context.Canceled)
	return m.ran
}

// Wait says that the use of the student which ctx belongs to waits for a place
// to run, until resume is called. Without a meter it does nothing.
func Wait(ctx context.Context) (resume func()) {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	if m == nil {
		return func() {}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.waits++; m.waits == 1 && !m.told {
		m.pause()
	}
	return sync.OnceFunc(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.waits--; m.waits == 0 && !m.told {
			m.start()
		}
	})
}

// Share says that from now on n uses of the student share its time, the one which ctx
// belongs to among them. Without a meter it does nothing.
func Share(ctx context.Context, n int) {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	runs := m.waits == 0 && !m.told
	if runs {
		m.pause()
	}
	if m.parts = max(1, n); runs {
		m.start()
	}
}

// Took says what run time the use of the student took, where another process
// measured it. Without a meter it does nothing.
func Took(ctx context.Context, d time.Duration) {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.timer != nil {
		m.timer.Stop()
	}
	m.ran, m.told = d, true
}

// Pay says that the use of the student cost so many USD, at a service that rents it out.
// Without a meter it does nothing.
func Pay(ctx context.Context, usd float64) {
	if m, _ := ctx.Value(meterKey{}).(*Meter); m != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.paid += usd
	}
}

// Paid is what [Pay] said so far, in USD.
func (m *Meter) Paid() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.paid
}

// Spent reports whether the use of the student has ended because its run time
// is used up.
func Spent(ctx context.Context) bool {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m != nil && errors.Is(context.Cause(ctx), m.spent)
}
