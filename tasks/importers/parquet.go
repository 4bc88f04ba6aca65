package importers

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"

	"github.com/autodatabench/autodatabench/results"
)

// readParquet reads the rows of a Parquet file of Hugging Face. Columns that JSON
// cannot hold make the file bad.
func readParquet(path string, f *os.File, keep columns) (rows []row, err error) {
	bad := func(err error) error { return results.Bad(fmt.Errorf("%s: Parquet: %w", path, err)) }
	defer func() { // the library panics on some broken files
		if p := recover(); p != nil {
			rows, err = nil, bad(fmt.Errorf("%v", p))
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, results.Infra(err)
	}
	if begin := make([]byte, len(pointer)); info.Size() >= int64(len(begin)) {
		if _, err := f.ReadAt(begin, 0); err == nil && string(begin) == pointer {
			return nil, bad(errors.New(isPointer))
		}
	}
	opened, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return nil, bad(err)
	}
	reader := parquet.NewGenericReader[any](opened, opened.Schema())
	defer reader.Close()
	buffer := make([]any, 64)
	for {
		n, err := reader.Read(buffer)
		for _, v := range buffer[:n] {
			r := row{file: path, line: len(rows) + 1, fields: map[string]json.RawMessage{}}
			cells, ok := v.(map[string]any)
			if !ok {
				return nil, r.fault("a row must have named columns")
			}
			for name, cell := range cells {
				if !keep.has(name) {
					continue
				}
				if r.fields[name], err = json.Marshal(texts(cell)); err != nil {
					return nil, r.fault("field %q: %v", name, err)
				}
			}
			if err := r.keep(keep); err != nil {
				return nil, err
			}
			rows = append(rows, r)
		}
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, bad(err)
		}
	}
}

// texts turns byte columns into texts.
func texts(v any) any {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case map[string]any:
		for name := range v {
			v[name] = texts(v[name])
		}
	case []any:
		for i := range v {
			v[i] = texts(v[i])
		}
	}
	return v
}
