package results

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzApply folds hostile events: whatever a log holds is applied or refused.
func FuzzApply(f *testing.F) {
	f.Add(`{"kind":"trial_started","data":{}}` + "\n" + `{"kind":"code_executed","attempt":1,"data":{"exit_code":1,"limit":"memory"}}`)
	f.Add(`{"kind":"attempt_started","attempt":9999999,"data":{"op":"draft"}}`)
	f.Add(`{"kind":"trained","attempt":-1,"data":null}`)
	f.Fuzz(func(t *testing.T, log string) {
		var trial Trial
		for line := range strings.Lines(log) {
			var e Event
			if json.Unmarshal([]byte(line), &e) == nil && trial.Apply(e) != nil {
				return
			}
		}
		if n := len(trial.Attempts); n > strings.Count(log, "\n")+1 {
			t.Errorf("%d attempts of a log with fewer lines", n)
		}
	})
}
