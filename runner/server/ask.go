package server

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// askLimit bounds a program that is asked for a word: big ones import all they
// have before they answer.
const askLimit = 2 * time.Minute

// Ask runs the spec's command, which only says something such as its version, and
// returns the last line of it. So it finds out whether the program is there and
// can run.
func Ask(spec Spec) (string, error) {
	program, err := exec.LookPath(spec.Command[0])
	if err != nil {
		return "", results.Infra(fmt.Errorf("%s: %w", spec.What, err), spec.Missing)
	}
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, spec.Command[1:]...)
	cmd.Env, cmd.WaitDelay = spec.Env, time.Second
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", results.Infra(fmt.Errorf("%s: %s: %w: %s", spec.What, strings.Join(spec.Command, " "), err, lastLines(complaint.String())), spec.Missing)
	}
	lines := strings.Split(lastLines(string(out)), " | ") // warnings may come first
	return lines[len(lines)-1], nil
}
