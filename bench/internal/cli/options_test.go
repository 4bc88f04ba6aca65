package cli

import (
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
)

// The functions below the actions work on plain options: what they refuse they refuse
// before they read or write anything.
func TestRefusedOptions(t *testing.T) {
	var w setup.World // nothing may be printed
	ctx := t.Context()
	for _, tt := range []struct {
		name string
		err  error
		code int
		says string
	}{
		{"table", runTable(ctx, w, tableOptions{number: "6"}), 2, `no table "6"`},
		{"power", runPower(ctx, w, powerOptions{difference: results.Num(0, true)}), 2, "--difference must be over 0"},
		{"figure's name", runFigure(ctx, w, figureOptions{name: "6"}), 2, `no figure "6"`},
		{"figure without measures", runFigure(ctx, w, figureOptions{name: "4"}), 2, "--measures"},
		{"figure's format", runFigure(ctx, w, figureOptions{name: "gain", format: "gif"}), 2, "want svg, png or pdf"},
		{"figure's file", runFigure(ctx, w, figureOptions{name: "gain", format: "svg", output: "a.gif"}), 2, "ends in"},
		{"import", runImport(w, importOptions{}), 2, "needs --from"},
		{"calibration", runCalibration(w, calibrationOptions{}), 2, "--rows must be"},
		{"pre-training", runPretrain(ctx, w, pretrainOptions{phases: []string{"a"}}), 2, "want CORPUS:UPDATES:RATE"},
		{"no index", runLeaderboard(ctx, w, leaderboardOptions{out: t.TempDir()}), 3, "there is no experiment"},
		{"no experiment", runStatus(ctx, w, statusOptions{out: t.TempDir(), name: "none"}), 3, "none"},
	} {
		if tt.err == nil || codeOf(tt.err) != tt.code || !strings.Contains(tt.err.Error(), tt.says) {
			t.Errorf("%s: %v, want exit code %d and %q", tt.name, tt.err, tt.code, tt.says)
		}
	}
}
