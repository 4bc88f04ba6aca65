package server

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"autodatabench/results"
)

// versionLimit bounds a program that is asked for its version: big ones import
// all they have before they answer.
const versionLimit = 2 * time.Minute

// Version asks the spec's program for its version, and so finds out whether it is
// there and can run.
func Version(spec Spec) (string, error) {
	program, err := exec.LookPath(spec.Command[0])
	if err != nil {
		return "", results.Infra(spec.Missing, fmt.Errorf("%s: %w", spec.What, err))
	}
	ctx, cancel := context.WithTimeout(context.Background(), versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--version")
	cmd.Env, cmd.WaitDelay = spec.Env, time.Second
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", results.Infra(spec.Missing, fmt.Errorf("%s: %s --version: %w: %s", spec.What, program, err, lastLines(complaint.String())))
	}
	lines := strings.Split(lastLines(string(out)), " | ") // warnings may come first
	return lines[len(lines)-1], nil
}
