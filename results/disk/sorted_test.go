package disk

import (
	"bytes"
	"encoding/json"
	"testing"
)

// decoded is the canonical form by way of maps.
func decoded(t *testing.T, raw []byte) []byte {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var generic any // maps are encoded with sorted keys
	if err := dec.Decode(&generic); err != nil {
		t.Fatal(err)
	}
	data, err := marshal(generic)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `-1.50e+09`, `"a"`, `{"b":1,"a":{"d":[{"z":null,"y":true}],"c":""},"b":2}`, `{"\u0061":1,"a":2,"\u00e9":3,"é":4}`,
		"\"\u2028<&>\\u003c\\/\\ud800\x7f\"", `[[],{},[1,2,[3]],"]}\","]`, `{"":0,"a b":{"\"":"\\"}}`, `{"a":1,"a":2}`, `{"a":1,"a!":2,"ab":"\b\f\u0001é"}`, "[\"\u2028\"]", "[\"\xff\",{\"\xff\":1}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			t.Skip()
		}
		raw, err := marshal(json.RawMessage(data))
		if err != nil {
			t.Skip()
		}
		got, err := Canonical(json.RawMessage(data))
		if err != nil {
			t.Fatal(err)
		}
		if want := decoded(t, raw); !bytes.Equal(got, want) {
			t.Errorf("%s is %s, by way of maps %s", data, got, want)
		}
	})
}

func BenchmarkCanonical(b *testing.B) {
	record := map[string]any{"kind": "settle", "attempt": 3, "request": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "outcome": "answered", "output_tokens": 120, "text": "Größe and \n more"}
	for b.Loop() {
		if _, err := chained(record, 7, emptyDigest); err != nil {
			b.Fatal(err)
		}
	}
}
