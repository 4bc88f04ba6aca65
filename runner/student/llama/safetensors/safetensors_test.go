package safetensors

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// content is a file with the header as given.
func content(header string, data ...byte) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), data...)
}

func TestRoundTrip(t *testing.T) {
	tensors := []Tensor{
		{"b.weight", []int{2, 3}, []float32{1, -2, 0.5, float32(math.Inf(1)), 1e-40, 3}},
		{"a \"quoted\" <name>", []int{2}, []float32{7, 8}},
		{"empty", []int{0, 4}, nil},
		{"scalar", []int{}, []float32{9}},
	}
	data, err := Marshal(tensors)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range tensors {
		got := make([]float32, len(want.Data))
		if err := f.Read(want.Name, want.Shape, got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(append([]float32{}, want.Data...), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want.Name, diff)
		}
	}
	if n := binary.LittleEndian.Uint64(data); n%8 != 0 {
		t.Errorf("the data begins at %d, not aligned to 8", n+8)
	}
}

func TestReadNarrowTypes(t *testing.T) {
	for _, c := range []struct {
		dtype string
		bits  uint16
		want  float32
	}{
		{"BF16", 0x3f80, 1}, {"BF16", 0xc040, -3}, {"F16", 0x3c00, 1}, {"F16", 0xc200, -3}, {"F16", 0x7bff, 65504},
		{"F16", 0x0001, 1.0 / (1 << 24)}, {"F16", 0x83ff, -1023.0 / (1 << 24)}, {"F16", 0x0400, 1.0 / (1 << 14)},
		{"F16", 0x7c00, float32(math.Inf(1))}, {"F16", 0x0000, 0},
	} {
		f, err := Parse(content(`{"x":{"dtype":"`+c.dtype+`","shape":[1],"data_offsets":[0,2]}}`, byte(c.bits), byte(c.bits>>8)))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float32, 1)
		if err := f.Read("x", []int{1}, got); err != nil || got[0] != c.want {
			t.Errorf("%s %04x is %v (%v), want %v", c.dtype, c.bits, got[0], err, c.want)
		}
	}
}

func TestParseRefusesLies(t *testing.T) {
	four := make([]byte, 8)
	for name, data := range map[string][]byte{
		"nothing":            nil,
		"header too long":    binary.LittleEndian.AppendUint64(nil, 1<<63),
		"header beyond file": binary.LittleEndian.AppendUint64(nil, 9),
		"no object":          content(`[]`),
		"text after object":  content(`{} x`),
		"cut object":         content(`{"x":`),
		"no dtype":           content(`{"x":{"shape":[2],"data_offsets":[0,8]}}`, four...),
		"unknown dtype":      content(`{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}`, four...),
		"beyond the data":    content(`{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}`, four...),
		"shape and bytes":    content(`{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, four...),
		"backwards":          content(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, four...),
		"negative":           content(`{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, four...),
		"overflow":           content(`{"x":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}`, four...),
		"overlap":            content(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, four...),
		"gap":                content(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, four...),
		"rest":               content(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...),
		"name twice":         content(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, four...),
		"one offset":         content(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}`, four...),
		"many dimensions":    content(`{"x":{"dtype":"F32","shape":[2,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}}`, four...),
	} {
		if _, err := Parse(data); err == nil || !strings.HasPrefix(err.Error(), "safetensors: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	f, err := Parse(content(`{"__metadata__":{"format":"pt"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, make([]byte, 8)...))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Read("x", []int{2, 1}, make([]float32, 2)); err == nil {
		t.Error("another shape: no error")
	}
	if err := f.Read("y", []int{2}, make([]float32, 2)); err == nil {
		t.Error("another name: no error")
	}
	if err := f.Read("x", []int{2}, make([]float32, 3)); err == nil {
		t.Error("another length: no error")
	}
}

func TestMarshalRefusesWrongShape(t *testing.T) {
	if _, err := Marshal([]Tensor{{"x", []int{2, 2}, make([]float32, 3)}}); err == nil {
		t.Error("no error")
	}
}

func FuzzParse(f *testing.F) {
	valid, err := Marshal([]Tensor{{"x", []int{2, 3}, make([]float32, 6)}, {"y", []int{1}, []float32{1}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(valid)
	f.Add(content(`{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}`, 1, 2, 3, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		total := 0
		for _, name := range file.Names() {
			shape, _ := file.Shape(name)
			n := 1
			for _, d := range shape {
				n *= d
			}
			if total += n; total > len(data) {
				t.Fatalf("%d elements in %d bytes", total, len(data))
			}
			if err := file.Read(name, shape, make([]float32, n)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
