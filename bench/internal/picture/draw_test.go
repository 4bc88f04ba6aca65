package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// The pictures that the README shows are what the command draws, and well-formed.
func TestPicturesAreUpToDate(t *testing.T) {
	for _, theme := range themes {
		drawn := draw(theme)
		file, err := os.ReadFile(filepath.Join("..", "..", "doc", theme.file))
		if err != nil || !bytes.Equal(file, drawn) {
			t.Errorf("bench/doc/%s is not what `make picture` draws (%v)", theme.file, err)
		}
		for d := xml.NewDecoder(bytes.NewReader(drawn)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", theme.file, err)
			}
		}
	}
}
