package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// schemas is what bench/doc/json.md says.
type schemas struct {
	commands map[string]string            // type by command
	types    map[string]map[string]string // type by field, by type
}

var (
	schemaHead = regexp.MustCompile(`^### (.+)$`)
	schemaLine = regexp.MustCompile(`^\| ([^|]+?) \| ([^|]+?) \|`)
)

func readSchemas(path string) (schemas, error) {
	page, err := os.ReadFile(path)
	if err != nil {
		return schemas{}, err
	}
	s := schemas{map[string]string{}, map[string]map[string]string{}}
	at := ""
	for line := range strings.Lines(string(page)) {
		line = strings.TrimRight(line, "\n")
		if m := schemaHead.FindStringSubmatch(line); m != nil {
			at = m[1]
			s.types[at] = map[string]string{}
			continue
		}
		m := schemaLine.FindStringSubmatch(line)
		switch {
		case m == nil || m[1] == "command" || m[1] == "field":
		case at == "":
			for _, command := range strings.Split(m[1], ", ") {
				s.commands[command] = m[2]
			}
		default:
			s.types[at][m[1]] = m[2]
		}
	}
	return s, nil
}

// check reports the first place in which v is not of the type.
func (s schemas) check(path, kind string, v any) error {
	if inner, ok := strings.CutPrefix(kind, "list of "); ok {
		list, isList := v.([]any)
		if !isList {
			return fmt.Errorf("%s is %T, want a list", path, v)
		}
		for i, x := range list {
			if err := s.check(fmt.Sprintf("%s[%d]", path, i), inner, x); err != nil {
				return err
			}
		}
		return nil
	}
	if inner, ok := strings.CutPrefix(kind, "map of "); ok {
		object, isObject := v.(map[string]any)
		if !isObject {
			return fmt.Errorf("%s is %T, want an object", path, v)
		}
		for k, x := range object {
			if err := s.check(path+"."+k, inner, x); err != nil {
				return err
			}
		}
		return nil
	}
	if inner, ok := strings.CutSuffix(kind, "?"); ok {
		if v == nil {
			return nil
		}
		return s.check(path, inner, v)
	}
	if kinds := strings.Split(kind, " or "); len(kinds) > 1 {
		var err error
		for _, k := range kinds {
			if err = s.check(path, k, v); err == nil {
				return nil
			}
		}
		return fmt.Errorf("%s is none of %s", path, kind)
	}
	return s.single(path, kind, v)
}

func (s schemas) single(path, kind string, v any) error {
	ok := false
	switch kind {
	case "text":
		_, ok = v.(string)
	case "yes/no":
		_, ok = v.(bool)
	case "number":
		_, ok = v.(float64)
	case "whole":
		n, is := v.(float64)
		ok = is && n == math.Trunc(n)
	default:
		return s.object(path, kind, v)
	}
	if !ok {
		return fmt.Errorf("%s is %v, want %s", path, v, kind)
	}
	return nil
}

func (s schemas) object(path, kind string, v any) error {
	fields, known := s.types[kind]
	object, ok := v.(map[string]any)
	if !known || !ok {
		return fmt.Errorf("%s is %T, want %q (described: %v)", path, v, kind, known)
	}
	for name := range object {
		if _, described := fields[name]; !described {
			return fmt.Errorf("%s.%s is not described among the fields of %q", path, name, kind)
		}
	}
	for name, k := range fields {
		k, optional := strings.CutSuffix(k, ", optional")
		value, there := object[name]
		if !there && optional {
			continue
		}
		if !there {
			return fmt.Errorf("%s has no field %s", path, name)
		}
		if err := s.check(path+"."+name, k, value); err != nil {
			return err
		}
	}
	return nil
}

// checkText checks all JSON values of a text.
func (s schemas) checkText(command string, text []byte) error {
	kind, ok := s.commands[command]
	if !ok {
		return fmt.Errorf("the JSON of %q is not described", command)
	}
	in := json.NewDecoder(bytes.NewReader(text))
	for n := 0; ; n++ {
		var v any
		err := in.Decode(&v)
		if err == io.EOF && n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.check(command, kind, v); err != nil {
			return err
		}
	}
}

// jsonDoc is where the JSON is described; scripts run elsewhere.
var jsonDoc = func() string {
	path, err := filepath.Abs("../../doc/json.md")
	if err != nil {
		panic(err)
	}
	return path
}()

// schema checks the standard output of the last command against the description
// of a command's JSON: schema COMMAND...
func schema(ts *testscript.TestScript, neg bool, args []string) {
	s, err := readSchemas(jsonDoc)
	ts.Check(err)
	if err := s.checkText(strings.Join(args, " "), []byte(ts.ReadFile("stdout"))); err != nil {
		ts.Fatalf("%v", err)
	}
}
