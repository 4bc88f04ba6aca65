package hf

import (
	"errors"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

func bad(err error) bool {
	var fault *results.Error
	return errors.As(err, &fault) && fault.Kind == results.BadInput && strings.Contains(err.Error(), "TinyModel")
}

// TestWorkerRefuses: what cannot be done with a model is no fault of the platform.
func TestWorkerRefuses(t *testing.T) {
	for _, mode := range []string{"refuses", "refuses-at-start"} {
		s := standIn(t, mode)
		if _, err := s.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(1), 7, t.TempDir(), nil); !bad(err) {
			t.Errorf("%s: %v, want bad input that names the model", mode, err)
		}
	}
}

func TestRender(t *testing.T) {
	m := checkpoint.Model{Name: "TinyModel", Folder: t.TempDir()}
	r, err := Render(standIn(t, "well").cfg.Python, m, []string{"abc", "de"})
	if err != nil || len(r.Tokens) != 2 || r.Tokens[0] != 3 || r.Text != "abc" || r.End != "." {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := Render(standIn(t, "refuses").cfg.Python, m, []string{"abc"}); !bad(err) {
		t.Errorf("a model that cannot be read: %v", err)
	}
	if _, err := Render("/nowhere/python", m, []string{"abc"}); !infra(err) {
		t.Errorf("no interpreter: %v", err)
	}
}
