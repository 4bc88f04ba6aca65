package jsonscan

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// read reads any value as encoding/json does into an interface.
func read(s *Scanner) any {
	switch s.next() {
	case '{':
		object := map[string]any{}
		s.Object(func(name []byte) { object[string(name)] = read(s) })
		return object
	case '[':
		list := []any{}
		s.List(func() { list = append(list, read(s)) })
		return list
	case '"':
		return s.Text()
	case 't', 'f':
		return string(s.Value()) == "true"
	case 'n':
		if !s.Null() {
			s.Odd()
		}
		return nil
	}
	return json.Number(s.Number())
}

func decode(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() || !json.Valid([]byte(text)) {
		return nil, fmt.Errorf("something follows")
	}
	return v, nil
}

func TestPlain(t *testing.T) {
	for text, plain := range map[string]bool{
		` { "a" : [ 1 , -2.5e+3 , "x" , true , false , null , { } , [ ] ] , "b_2" : "\u00e9\n é" } `: true,
		`{"a":"\ud800 \/"}`: true, // as encoding/json repairs it
		`"text"`:            true,
		``:                  false,
		`{`:                 false,
		`{"a"}`:             false,
		`{"a":}`:            false,
		`{"a":1,}`:          false,
		`{"a":1 "b":2}`:     false,
		`{"a":1,"a":2}`:     false, // whose is it?
		`{"A":1}`:           false, // encoding/json may take it for a
		`{"\u0061":1}`:      false,
		`[1,]`:              false,
		`[1}`:               false,
		`[01]`:              false,
		`[1.]`:              false,
		`[-]`:               false,
		`["\x"]`:            false,
		`["` + "\n" + `"]`:  false,
		`[nul]`:             false,
		`[1] 2`:             false,
		`{"a":1}}`:          false,
		`"\`:                false,
		`"\"`:               false,
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth):     true,
		strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1): false,
	} {
		s := New([]byte(text))
		if s.Value(); s.Plain() != plain {
			t.Errorf("%s: plain is %v when it is left out", text, !plain)
		}
		compare(t, text, plain)
	}
}

// compare reads the text and, if it is plain, compares it with what encoding/json reads.
func compare(t *testing.T, text string, plain bool) {
	t.Helper()
	s := New([]byte(text))
	got := read(s)
	if s.Plain() != plain {
		t.Errorf("%s: plain is %v", text, !plain)
	}
	if !plain {
		return
	}
	want, err := decode(text)
	if err != nil {
		t.Fatalf("%s is plain, but no JSON: %v", text, err)
	}
	if !reflect.DeepEqual(want, got) { // go-cmp takes time that doubles with each list within a list
		t.Errorf("%s: read as %v, want %v", text, got, want)
	}
}

func TestManyFields(t *testing.T) {
	for n, plain := range map[int]bool{maxFields: true, maxFields + 1: false} {
		var fields []string
		for i := range n {
			fields = append(fields, fmt.Sprintf(`"f%d":%d`, i, i))
		}
		compare(t, "{"+strings.Join(fields, ",")+"}", plain)
	}
}

func FuzzPlain(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e+3,"x\n",true,false,null,{},[]]}`, `{"a":"\ud800","b":{"c":0}}`, `"\"`, `[1.]`, "[\"\xff\"]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, skipped := New([]byte(text)), New([]byte(text))
		read(s)
		skipped.Value()
		if s.Plain() != skipped.Plain() {
			t.Errorf("%q: plain is %v when read, %v when left out", text, s.Plain(), skipped.Plain())
		}
		compare(t, text, s.Plain())
	})
}
