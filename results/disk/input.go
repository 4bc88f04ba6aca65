package disk

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/autodatabench/autodatabench/results"
)

// OpenInput opens a file that a user names. What is no regular file is refused before
// it is opened: a pipe would be waited for, and a device may have no end.
func OpenInput(path string, most int64) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, results.Bad(err)
	case info.IsDir():
		return nil, results.Bad(fmt.Errorf("%s: is a directory and no regular file", path))
	case !info.Mode().IsRegular():
		return nil, results.Bad(fmt.Errorf("%s: no regular file but a pipe, a socket or a device", path), "copy what it gives into a file first")
	case info.Size() > most:
		return nil, tooLarge(path, info.Size(), most)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, results.Bad(err)
	}
	return f, nil
}

// ReadInput reads a file that a user names, of at most most bytes, also when it grows.
func ReadInput(path string, most int64) ([]byte, error) {
	f, err := OpenInput(path, most)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, results.Bad(err)
	}
	if int64(len(data)) > most {
		return nil, tooLarge(path, int64(len(data)), most)
	}
	return data, nil
}

func tooLarge(path string, size, most int64) error {
	return results.Bad(fmt.Errorf("%s: %d bytes; such a file has at most %d", path, size, most))
}
