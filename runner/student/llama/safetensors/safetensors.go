// Package safetensors reads and writes the safetensors format: the length of a
// header (8 bytes, little-endian), the header (a JSON object of name to dtype,
// shape and offsets), then the tensors' bytes.
//
// A file is hostile until [Parse] returns: a header may lie about lengths, shapes
// and offsets. Tensors must cover the data without gap or overlap, as the format
// demands. The package is not for files larger than memory, nor for dtypes other
// than F32, F16 and BF16.
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

const (
	maxHeader  = 16 << 20 // bytes
	maxTensors = 1 << 16
	metadata   = "__metadata__"
)

// Tensor is a named array in row-major order.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// entry is one tensor of a header.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []uint64 `json:"shape"`
	Offsets []uint64 `json:"data_offsets"`
}

// File is a parsed file. It keeps the bytes it was parsed from.
type File struct {
	entries map[string]entry
	data    []byte
}

// widths are the bytes of one element.
var widths = map[string]uint64{"F32": 4, "F16": 2, "BF16": 2}

// Parse checks the header against the data.
func Parse(content []byte) (*File, error) {
	if len(content) < 8 {
		return nil, fmt.Errorf("safetensors: %d bytes are no file", len(content))
	}
	n := binary.LittleEndian.Uint64(content)
	if n > maxHeader || n > uint64(len(content)-8) {
		return nil, fmt.Errorf("safetensors: a header of %d bytes in a file of %d", n, len(content))
	}
	entries, err := parseHeader(content[8 : 8+n])
	if err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f := &File{entries: entries, data: content[8+n:]}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

// parseHeader decodes by token, so that a name that is there twice is noticed.
func parseHeader(header []byte) (map[string]entry, error) {
	d := json.NewDecoder(bytes.NewReader(header))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(errors.New("not an object"), err)
	}
	entries := make(map[string]entry)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name := t.(string) // an object's keys are strings
		if name == metadata {
			var ignored map[string]string
			if err := d.Decode(&ignored); err != nil {
				return nil, fmt.Errorf("%s: %w", metadata, err)
			}
			continue
		}
		var e entry
		if err := d.Decode(&e); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if _, twice := entries[name]; twice || len(entries) == maxTensors {
			return nil, fmt.Errorf("tensor %q is there twice, or there are more than %d", name, maxTensors)
		}
		entries[name] = e
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("text after the object")
	}
	return entries, nil
}

// check holds every tensor to its shape and all of them to the data.
func (f *File) check() error {
	names := f.Names()
	for _, name := range names {
		e := f.entries[name]
		size, ok := widths[e.DType]
		if !ok {
			return fmt.Errorf("tensor %q: dtype %q is not F32, F16 or BF16; quantised weights are not supported", name, e.DType)
		}
		if len(e.Offsets) != 2 || len(e.Shape) > 8 {
			return fmt.Errorf("tensor %q: %d offsets and %d dimensions", name, len(e.Offsets), len(e.Shape))
		}
		for _, d := range e.Shape {
			if d > math.MaxInt32 || size > math.MaxInt64/max(d, 1) {
				return fmt.Errorf("tensor %q: shape %v is too large", name, e.Shape)
			}
			size *= d
		}
		from, to := e.Offsets[0], e.Offsets[1]
		if from > to || to > uint64(len(f.data)) || to-from != size {
			return fmt.Errorf("tensor %q: offsets %d to %d of %d bytes for %d", name, from, to, len(f.data), size)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := f.entries[a].Offsets, f.entries[b].Offsets
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	var end uint64
	for _, name := range names {
		if from := f.entries[name].Offsets[0]; from != end {
			return fmt.Errorf("tensor %q begins at %d, the one before ends at %d", name, from, end)
		}
		end = f.entries[name].Offsets[1]
	}
	if end != uint64(len(f.data)) {
		return fmt.Errorf("%d bytes of data, %d of tensors", len(f.data), end)
	}
	return nil
}

// Names lists the tensors in the order of their names.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.entries))
	for name := range f.entries {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Read converts the named tensor of exactly this shape into dst.
func (f *File) Read(name string, shape []int, dst []float32) error {
	e, ok := f.entries[name]
	if !ok {
		return fmt.Errorf("safetensors: no tensor %q", name)
	}
	if !slices.EqualFunc(e.Shape, shape, func(a uint64, b int) bool { return b >= 0 && a == uint64(b) }) {
		return fmt.Errorf("safetensors: tensor %q has shape %v, want %v", name, e.Shape, shape)
	}
	raw := f.data[e.Offsets[0]:e.Offsets[1]]
	if uint64(len(dst))*widths[e.DType] != uint64(len(raw)) {
		return fmt.Errorf("safetensors: tensor %q read into %d elements", name, len(dst))
	}
	for i := range dst {
		switch e.DType {
		case "F32":
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		case "F16":
			dst[i] = fromHalf(binary.LittleEndian.Uint16(raw[2*i:]))
		default: // BF16 is the upper half of an F32
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
		}
	}
	return nil
}

// Shape returns the named tensor's shape.
func (f *File) Shape(name string) ([]int, bool) {
	e, ok := f.entries[name]
	shape := make([]int, len(e.Shape))
	for i, d := range e.Shape {
		shape[i] = int(d)
	}
	return shape, ok
}

// fromHalf widens an IEEE 754 binary16.
func fromHalf(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent, fraction := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // subnormal: fraction * 2^-24, exact in float32
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// Marshal returns the file of the tensors as F32, in their order, with the
// metadata that transformers wants. Equal tensors give equal bytes.
func Marshal(tensors []Tensor) ([]byte, error) {
	header := []byte(`{"` + metadata + `":{"format":"pt"}`)
	var end uint64
	for _, t := range tensors {
		shape := make([]uint64, len(t.Shape))
		elements := 1
		for i, d := range t.Shape {
			shape[i] = uint64(d)
			elements *= d
		}
		if elements != len(t.Data) {
			return nil, fmt.Errorf("safetensors: tensor %q of shape %v has %d elements", t.Name, t.Shape, len(t.Data))
		}
		size := 4 * uint64(len(t.Data))
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, fmt.Errorf("safetensors: %w", err)
		}
		e, err := json.Marshal(entry{"F32", shape, []uint64{end, end + size}})
		if err != nil {
			return nil, fmt.Errorf("safetensors: %w", err)
		}
		header = fmt.Appendf(header, ",%s:%s", name, e)
		end += size
	}
	header = append(header, '}')
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	out := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+uint64(len(header))+end), uint64(len(header)))
	out = append(out, header...)
	for _, t := range tensors {
		for _, v := range t.Data {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		}
	}
	return out, nil
}
