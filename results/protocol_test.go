package results

import (
	"strings"
	"testing"
	"time"
)

// The figures of the publication (protocol.md sections 6 and 7).
func TestPaperProtocol(t *testing.T) {
	p := Paper()
	want := Protocol{
		Name: "paper", FinalSeeds: 1,
		Budget: Budget{
			TeacherCalls: 50000, TeacherCallsPerAttempt: 5000, TeacherConcurrency: 80, TeacherMaxTokens: 8192,
			CodeTime: 3 * time.Hour, RunTime: 12 * time.Hour, Attempts: 8, Iterations: 30, DatasetSize: 2000, MinRows: 1000,
		},
		Recipe: Recipe{
			Rank: 8, Alpha: 16, Dropout: 0, LearningRate: 1e-4, WarmupRatio: 0.1, Epochs: 3,
			BatchRows: 1 * 8 * 2, CutoffTokens: 2048, Precision: "bf16",
		},
	}
	if p != want {
		t.Errorf("got %+v, want %+v", p, want)
	}
}

func TestProtocolsAreValid(t *testing.T) {
	names := map[string]bool{}
	for _, p := range Protocols() {
		if err := p.Budget.Validate(); err != nil {
			t.Errorf("protocol %s: %v", p.Name, err)
		}
		if names[p.Name] || p.Name == "" || p.Modified {
			t.Errorf("protocol %q: named twice, unnamed or modified", p.Name)
		}
		names[p.Name] = true
	}
}

func TestBudgetValidate(t *testing.T) {
	for want, change := range map[string]func(*Budget){
		"teacher_calls: ":             func(b *Budget) { b.TeacherCalls = 0 },
		"teacher_calls_per_attempt: ": func(b *Budget) { b.TeacherCallsPerAttempt = -1 },
		"code_time: ":                 func(b *Budget) { b.CodeTime = 0 },
		"run_time: ":                  func(b *Budget) { b.RunTime = -time.Second },
		"iterations: ":                func(b *Budget) { b.Iterations = 0 },
		"dataset_size: 500 is under":  func(b *Budget) { b.MinRows = 501 },
	} {
		b := Mini().Budget
		change(&b)
		if err := b.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got error %v, want one that begins with %q", err, want)
		}
	}
}

func TestMaxAttempts(t *testing.T) {
	b := Paper().Budget
	if one, many := b.MaxAttempts(OneShot), b.MaxAttempts(Iterative); one != 8 || many != 30 {
		t.Errorf("caps %d and %d, want 8 and 30", one, many)
	}
}
