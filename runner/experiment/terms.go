package experiment

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// sameTerms refuses to go on under other terms, and names what differs. Some may differ:
// who wrote the lock, what pages call the agents, which their digests hold, on which host
// the teacher is, where and how many at a time trials run, and which adapters are kept.
// Trials may be added: see [Grow].
func sameTerms(folder string, begun, asked File, was, now record.Lock) error {
	if box := &asked.Sandbox; box.Environment != "" && box.EnvironmentDigest == "" { // no code is to run, so nobody looked
		box.EnvironmentDigest = begun.Sandbox.EnvironmentDigest
	}
	one, err := termsOf(begun, was, now)
	if err != nil {
		return err
	}
	two, err := termsOf(asked, now, was)
	if err != nil {
		return err
	}
	differ := differences("", one, two)
	if len(differ) == 0 {
		return nil
	}
	more := ""
	if n := len(differ) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	return results.Bad(fmt.Errorf("%s: the folder holds an experiment of this name under other terms: %s%s", folder, differ[0], more),
		"choose another name or --out for the changed experiment")
}

// termsOf are the terms of a lock that another must share, by their keys in the
// experiment file where they have one.
func termsOf(f File, l, other record.Lock) (terms map[string]any, err error) {
	f.Parallel, f.Launcher, f.Outage, f.KeepAdapters = 0, Launcher{}, 0, ""
	f.Teacher.BaseURL, f.Teacher.APIKeyEnv = "", "" // the teacher's digest holds the form of the address
	f.Sandbox.Environment = ""                      // it has a digest
	f.keepTrials(File{})
	parts := map[string]any{
		"": f, "protocol": l.Protocol, "tasks": common(l.Tasks, other.Tasks), "agents": common(l.Agents, other.Agents),
		"prompts": l.Prompts, "teacher_digest": l.Teacher, "student_digest": l.Student, "adapted": strings.Join(l.Adapted, ", "),
	}
	for key, part := range parts {
		data, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		var value any
		if err := json.Unmarshal(data, &value); err != nil {
			return nil, err
		}
		if parts[key] = value; key == "" {
			terms = value.(map[string]any)
		}
	}
	delete(parts, "")
	for _, of := range []string{"domains", "workflows", "settings", "agents", "runs"} {
		delete(terms, of)
	}
	for key, value := range parts {
		if key == "protocol" {
			key = "protocol_terms" // after its name in the file
		}
		terms[key] = value
	}
	return terms, nil
}

// common are the entries whose keys another map has too.
func common[K comparable](of, other map[K]string) map[K]string {
	some := map[K]string{}
	for key, value := range of {
		if _, both := other[key]; both {
			some[key] = value
		}
	}
	return some
}

// differences lists the keys of which two JSON values differ, with both values, sorted.
func differences(key string, was, now any) (list []string) {
	a, isMap := was.(map[string]any)
	b, both := now.(map[string]any)
	if isMap && both {
		keys := maps.Clone(a)
		maps.Copy(keys, b)
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			list = append(list, differences(strings.TrimPrefix(key+"."+k, "."), a[k], b[k])...)
		}
		return list
	}
	if reflect.DeepEqual(was, now) {
		return list
	}
	return append(list, fmt.Sprintf("%s: %s in the folder, %s now", key, shown(was), shown(now)))
}

var digest = regexp.MustCompile(`^(sha256:)?[0-9a-f]{64}$`)

// shown is a value for a line of a message.
func shown(value any) string {
	if value == nil {
		return "none"
	}
	if s, ok := value.(string); ok && digest.MatchString(s) {
		return results.ShortDigest(strings.TrimPrefix(s, ofTeacher)) + "..."
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}
