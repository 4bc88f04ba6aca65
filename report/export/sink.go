package export

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// groupBytes and groupRows end a row group of Parquet, which is held in memory until
// it is written.
const (
	groupBytes = 8 << 20 // of text
	groupRows  = 50_000
)

// sink takes the rows of a table.
type sink[T any] interface {
	put(T) error
	close() error
}

// write streams the rows that each gives into w.
func write[T any](w io.Writer, f Format, t Table, each func(put func(T) error) error) (rows int, err error) {
	var to sink[T]
	switch f {
	case Parquet:
		to = newParquet[T](w, t)
	case CSV:
		to, err = newCSV[T](w)
	case JSONL:
		out := bufio.NewWriter(w)
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		to = jsonSink[T]{out, encoder}
	default:
		return 0, fmt.Errorf("unknown format %q; want one of %v", string(f), Formats())
	}
	if err != nil {
		return 0, err
	}
	if err := each(func(row T) error { rows++; return to.put(row) }); err != nil {
		return rows, err
	}
	return rows, to.close()
}

type jsonSink[T any] struct {
	out     *bufio.Writer
	encoder *json.Encoder
}

func (s jsonSink[T]) put(row T) error { return s.encoder.Encode(row) }
func (s jsonSink[T]) close() error    { return s.out.Flush() }

type csvSink[T any] struct {
	columns []column
	to      *csv.Writer
}

func newCSV[T any](w io.Writer) (sink[T], error) {
	s := csvSink[T]{columns[T](), csv.NewWriter(w)}
	heads := make([]string, len(s.columns))
	for i, c := range s.columns {
		heads[i] = c.Name
	}
	return s, s.to.Write(heads)
}

func (s csvSink[T]) put(row T) error {
	cells, v := make([]string, len(s.columns)), reflect.ValueOf(row)
	for i, c := range s.columns {
		cells[i] = text(v.FieldByIndex(c.at))
	}
	return s.to.Write(cells)
}

func (s csvSink[T]) close() error {
	s.to.Flush()
	return s.to.Error()
}

type parquetSink[T any] struct {
	columns     []column
	to          *parquet.GenericWriter[T]
	rows, bytes int // of the row group
}

// newParquet makes a writer that keeps no statistics of texts: the library holds
// those, whole texts, until the end of the file.
func newParquet[T any](w io.Writer, t Table) *parquetSink[T] {
	s := &parquetSink[T]{columns: columns[T]()}
	options := []parquet.WriterOption{
		parquet.Compression(&zstd.Codec{}), parquet.CreatedBy("autodatabench", "", ""), parquet.KeyValueMetadata("autodatabench.table", string(t)),
	}
	for _, c := range s.columns {
		if strings.HasPrefix(c.Type, "text") {
			options = append(options, parquet.SkipPageBounds(c.Name), parquet.SkipPageStatistics(c.Name))
		}
	}
	s.to = parquet.NewGenericWriter[T](w, options...)
	return s
}

func (s *parquetSink[T]) put(row T) error {
	if _, err := s.to.Write([]T{row}); err != nil {
		return err
	}
	v := reflect.ValueOf(row)
	for _, c := range s.columns {
		if f := v.FieldByIndex(c.at); f.Kind() == reflect.String {
			s.bytes += f.Len()
		}
	}
	if s.rows++; s.rows < groupRows && s.bytes < groupBytes {
		return nil
	}
	s.rows, s.bytes = 0, 0
	return s.to.Flush()
}

func (s *parquetSink[T]) close() error { return s.to.Close() }
