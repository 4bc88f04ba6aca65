package cli

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// TestReplayDistrustsTheRecord replays records that ask for no sandbox, for
// another interpreter or for a key. Those that are let through end where they
// have no replies.
func TestReplayDistrustsTheRecord(t *testing.T) {
	spec := results.Spec{Experiment: "keys", TrialID: results.TrialID{
		Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "my-model", Run: 1,
	}}
	data, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	const through = "there is no recording"
	none := "sandbox: {kind: none}\n"
	key := "teacher: {kind: openai, base_url: \"http://localhost:1/v1\", model: t, api_key_env: TEACHER_KEY}\n"
	for _, c := range []struct {
		more string
		args []string
		want string
	}{
		{none, nil, "asks for no sandbox"},
		{none, []string{"--sandbox", "none"}, through},
		{none, []string{"--sandbox", "bubblewrap"}, through},
		{key, nil, "would send the key in TEACHER_KEY"},
		{key, []string{"--replay-teacher"}, through},
		{key, []string{"--out", "given"}, through},
	} {
		dir := lay(t, map[string]string{
			"given/keys/experiment.yaml":                  experimentFile + c.more,
			"given/keys/" + spec.Path() + "/events.jsonl": "",
		})
		log, err := disk.OpenLog(filepath.Join(dir, "given/keys", spec.Path(), "events.jsonl"), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = log.Append(results.Event{Kind: results.TrialStarted, Data: data})
		if err := errors.Join(err, log.Close()); err != nil {
			t.Fatal(err)
		}
		args := append([]string{"run", "--replay", "given/keys/" + spec.Path()}, c.args...)
		if code, _, stderr := in(t, dir, args...); code != 3 || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
	}
}
