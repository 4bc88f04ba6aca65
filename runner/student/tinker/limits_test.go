package tinker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// lower sets a bound of the worker for one test.
func lower(t *testing.T, from, to string) {
	t.Helper()
	before := worker
	if worker = strings.Replace(before, from, to, 1); worker == before {
		t.Fatalf("the worker has no %q", from)
	}
	t.Cleanup(func() { worker = before })
}

// TestBounds: a service that is silent, sends its archive byte by byte, or sends one that
// unpacks to more than it says, ends the training as a fault.
func TestBounds(t *testing.T) {
	for _, tt := range []struct{ mode, from, to, want string }{
		{"silent", "PATIENCE = 600 ", "PATIENCE = 1 ", "nothing came for 1 seconds"},
		{"trickle", "PATIENCE = 600 ", "PATIENCE = 1 ", "fetching the adapter takes more than 1 seconds"},
		{"bomb", "MOST_ARCHIVE = 4 << 30 ", "MOST_ARCHIVE = 1 << 20 ", "unpacks to more than 2097152 bytes"},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			lower(t, tt.from, tt.to)
			s, _ := standIn(t, tt.mode, "tml-good")
			_, err := s.Train(t.Context(), recipe(), studenttest.Rows(8), 7, filepath.Join(t.TempDir(), "adapter"), nil)
			var known *results.Error
			if !errors.As(err, &known) || known.Kind != results.Infrastructure || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want a fault with %q", err, tt.want)
			}
		})
	}
}

// TestQueue: to wait for the first answer is no run time.
func TestQueue(t *testing.T) {
	s, _ := standIn(t, "queue", "tml-good")
	ctx, meter := student.Metered(t.Context(), 2500*time.Millisecond, errors.New("no run time is left"), time.Now)
	if _, err := s.Train(ctx, recipe(), studenttest.Rows(8), 7, filepath.Join(t.TempDir(), "adapter"), nil); err != nil {
		t.Error(err)
	}
	if ran := meter.Stop(); ran == 0 || ran > 2500*time.Millisecond {
		t.Errorf("ran for %s", ran)
	}
}

// TestNoMoreQuestions: after an error the questions that wait are not sent, since each
// costs money, and those that were sent are not waited for.
func TestNoMoreQuestions(t *testing.T) {
	s, _ := standIn(t, "dear", "tml-good")
	sent := filepath.Join(t.TempDir(), "sent")
	t.Setenv("SENT", sent)
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second) // an answer takes 30
	defer cancel()
	prompts := append([]string{"first"}, make([]string, 300)...)
	_, err := s.Generate(ctx, "", prompts, greedy, nil)
	if err == nil || !strings.Contains(err.Error(), "busy") {
		t.Error(err)
	}
	// 64 at a time, and one in the place of the one that failed.
	if data, err := os.ReadFile(sent); err != nil || len(data) > 65 {
		t.Errorf("%d of %d questions were sent, %v", len(data), len(prompts), err)
	}
}
