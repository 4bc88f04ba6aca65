package bundle

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"

	"github.com/autodatabench/autodatabench/results/disk"
)

// Names of the two files of a bundle.
const (
	manifestName = "manifest.json"
	contentName  = "content.tar.zst"
)

// block is the unit of a tar archive, in bytes.
const block = 512

// trailer ends a tar archive.
var trailer = make([]byte, 2*block)

// header is the one header that a file of the name and size may have.
func header(name string, size int64) ([]byte, error) {
	var b bytes.Buffer
	err := tar.NewWriter(&b).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, Format: tar.FormatUSTAR})
	if err == nil && b.Len() != block {
		err = fmt.Errorf("its header has %d bytes", b.Len())
	}
	return b.Bytes(), err
}

// padding is what follows a file of the size.
func padding(size int64) int64 { return (block - size%block) % block }

// writeEntry writes a file of an archive.
func writeEntry(w io.Writer, name string, size int64, content io.Reader) error {
	head, err := header(name, size)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	n, err := io.Copy(w, io.LimitReader(content, size))
	if err == nil && n != size {
		err = fmt.Errorf("%s: has %d bytes of %d", name, n, size)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(trailer[:padding(size)])
	return err
}

// archiveSize is the size of an archive of files of the sizes.
func archiveSize(sizes ...int64) int64 {
	total := int64(len(trailer))
	for _, size := range sizes {
		total += block + size + padding(size)
	}
	return total
}

// Size is the size of the bundle with the manifest, in bytes.
func Size(m Manifest) int64 {
	data, err := disk.Canonical(m)
	if err != nil {
		return 0
	}
	return archiveSize(int64(len(data)), m.Content.Size)
}
