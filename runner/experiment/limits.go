package experiment

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/autodatabench/autodatabench/results/record"
)

// keepLimits notes in the record what limits differ from those under which the
// experiment ran before: how many trials run at a time, how long a fault of the platform
// is waited out, and what its jobs may take. They change no result, and so they may
// change; a budget may not, which is a term.
func (s *Setup) keepLimits() error {
	locks, err := s.Root.Locks()
	if err != nil || locks[0].Format != record.Mark() { // an older folder gets no file that it did not have
		return err
	}
	var begun File
	if err := json.Unmarshal(locks[0].File, &begun); err != nil {
		return err
	}
	was, err := limitsOf(begun)
	if err != nil {
		return err
	}
	now, err := limitsOf(s.File)
	if err != nil {
		return err
	}
	return s.Root.KeepLimits(func(before []record.LimitsLine) *record.LimitsLine {
		last := maps.Clone(was)
		for _, line := range before {
			for _, c := range line.Changes {
				last[c.Name] = c.Now
			}
		}
		line := record.LimitsLine{Version: s.Version}
		all := maps.Clone(last)
		maps.Copy(all, now)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if last[name] != now[name] {
				line.Changes = append(line.Changes, record.LimitChange{Name: name, Was: last[name], Now: now[name]})
			}
		}
		if line.Changes == nil {
			return nil
		}
		line.Time = s.Now().UTC()
		return &line
	})
}

// limitsOf are the limits of the file that may change, as JSON by name.
func limitsOf(f File) (map[string]string, error) {
	data, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, err
	}
	limits := map[string]string{}
	for _, name := range []string{"parallel", "outage"} {
		if value := string(whole[name]); value != "" {
			limits[name] = value
		}
	}
	var launcher map[string]json.RawMessage
	err = json.Unmarshal(whole["launcher"], &launcher)
	for name, value := range launcher {
		limits["launcher."+name] = string(value)
	}
	return limits, err
}
