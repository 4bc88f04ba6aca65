package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// Bundle is a bundle whose digests hold.
type Bundle struct {
	Manifest
	Path   string // of the file
	Size   int64  // of it
	Digest string // of the manifest, which covers everything
	Root   record.Experiment
}

// Open checks the bundle at path and unpacks it into the folder dir, which is empty.
// Errors: results.BadInput for what cannot be read; results.Verification for a bundle
// that is not what it says, with the place.
func Open(path, dir string) (*Bundle, error) { return OpenWithin(path, dir, Usual()) }

// OpenWithin is Open with other limits.
func OpenWithin(path, dir string, most Limits) (*Bundle, error) {
	f, err := disk.OpenInput(path, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, results.Bad(err)
	case info.Size() > most.Bundle:
		return nil, refused(path, "", "it has %d bytes; a bundle has at most %d", info.Size(), most.Bundle)
	}
	b := &Bundle{Path: path, Size: info.Size()}
	manifest, err := readManifest(f, info.Size(), most)
	if err != nil {
		return nil, broken(path, manifestName, err)
	}
	if b.Manifest, err = parse(manifest, most); err != nil {
		return nil, broken(path, manifestName, err)
	}
	b.Digest = disk.Digest(manifest)
	if want := archiveSize(int64(len(manifest)), b.Content.Size); want != info.Size() {
		return nil, refused(path, manifestName, "it says that the bundle has %d bytes, which has %d", want, info.Size())
	}
	b.Root = record.Experiment(filepath.Join(dir, b.Experiment))
	if place, err := b.content(f); err != nil {
		return nil, broken(path, place, err)
	}
	return b, b.noteLeftOut()
}

// readManifest reads the first file of the archive.
func readManifest(r io.Reader, size int64, most Limits) ([]byte, error) {
	head := make([]byte, block)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, errors.New("it is no bundle")
	}
	said, err := sizeIn(head)
	if err != nil {
		return nil, err
	}
	if said > min(most.Manifest, size) {
		return nil, fmt.Errorf("it has %d bytes, the limit is %d", said, min(most.Manifest, size))
	}
	if want, err := header(manifestName, said); err != nil || !bytes.Equal(want, head) {
		return nil, errors.New("it is no bundle: its first header is not a manifest's")
	}
	manifest := make([]byte, said)
	if _, err := io.ReadFull(r, manifest); err != nil {
		return nil, errEnd
	}
	return manifest, zeros(r, padding(said))
}

// sizeIn is the size in a header of tar.
func sizeIn(head []byte) (n int64, err error) {
	for _, c := range head[124:135] {
		if c < '0' || c > '7' {
			return 0, errors.New("it is no bundle")
		}
		n = n<<3 | int64(c-'0')
	}
	return n, nil
}

// zeros reads n bytes, which must be 0.
func zeros(r io.Reader, n int64) error {
	rest := make([]byte, n)
	if _, err := io.ReadFull(r, rest); err != nil {
		return errEnd
	}
	if !bytes.Equal(rest, trailer[:n]) {
		return errors.New("there are bytes between two files")
	}
	return nil
}

// parse reads a manifest, whose bytes must be those that this program would write.
func parse(data []byte, most Limits) (m Manifest, err error) {
	var version struct{ Format int }
	if err := json.Unmarshal(data, &version); err != nil {
		return m, fmt.Errorf("it is no JSON: %w", err)
	}
	if version.Format < 1 || version.Format > Format {
		return m, fmt.Errorf("its format is %d; this program knows formats up to %d", version.Format, Format)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, err
	}
	if again, err := disk.Canonical(m); err != nil || !bytes.Equal(again, data) {
		return m, errors.New("it is not in the form that a program writes")
	}
	return m, check(m, most)
}

// check refuses a manifest that no bundle may have.
func check(m Manifest, most Limits) error {
	if !results.ValidName(m.Experiment) {
		return fmt.Errorf("%.80q is no name of an experiment", m.Experiment)
	}
	if !m.Content.good() || m.Content.Size > most.Bundle {
		return errors.New("content: bad size or digest")
	}
	total, last := int64(0), ""
	for _, f := range m.Files {
		if err := checkFile(f, last, most); err != nil {
			return err
		}
		if total, last = total+f.Size, f.Path; total > most.Content {
			return fmt.Errorf("its files have more than %d bytes", most.Content)
		}
	}
	if err := checkTrials(m); err != nil {
		return err
	}
	last = ""
	for _, l := range m.LeftOut {
		if err := checkPath(l.Path, last); err != nil {
			return err
		}
		if last = l.Path; !l.good() {
			return fmt.Errorf("%.200q, which is left out: bad size or digest", l.Path)
		}
	}
	return nil
}

// of is the size that a file of the part may have.
func (l Limits) of(part record.Part) int64 {
	if part == record.Adapters || part == record.Answers {
		return l.File
	}
	return l.Text
}

// checkTrials refuses trials that are named twice, or of which there is no file.
func checkTrials(m Manifest) error {
	open := map[string]bool{}
	for _, f := range m.Files {
		open[f.Path] = true
	}
	for _, id := range m.Trials {
		events := record.EventsOf(id)
		if !open[events] {
			return fmt.Errorf("the trial %.200q comes twice, or is not in the bundle", id.Path())
		}
		delete(open, events)
	}
	return nil
}

func checkFile(f File, last string, most Limits) error {
	if err := checkPath(f.Path, last); err != nil {
		return err
	}
	switch part := record.PartOf(f.Path); {
	case part == record.Foreign || part == record.Local:
		return fmt.Errorf("%.200q is no file of the record", f.Path)
	case f.Size > most.of(part):
		return fmt.Errorf("%.200q has %d bytes; a file has at most %d", f.Path, f.Size, most.of(part))
	case !f.good():
		return fmt.Errorf("%.200q: bad size or digest", f.Path)
	}
	_, err := header(f.Path, f.Size)
	return err
}

// checkPath refuses a path that leads out of the folder, and one that does not come
// after the last.
func checkPath(name, last string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name || strings.ContainsAny(name, "\\\x00") {
		return fmt.Errorf("%.200q leads out of the folder, or is no plain path", name)
	}
	if name <= last {
		return fmt.Errorf("%.200q comes twice or out of order", name)
	}
	return nil
}

func (s Sum) good() bool {
	raw, err := hex.DecodeString(s.Digest)
	return err == nil && len(raw) == sha256.Size && strings.ToLower(s.Digest) == s.Digest && s.Size >= 0
}

// content reads the rest of the bundle from r and unpacks the files.
func (b *Bundle) content(r io.Reader) (place string, err error) {
	head := make([]byte, block)
	if _, err := io.ReadFull(r, head); err != nil {
		return contentName, errEnd
	}
	if want, err := header(contentName, b.Content.Size); err != nil || !bytes.Equal(want, head) {
		return contentName, errors.New("its header is not the one of the manifest's size")
	}
	h := sha256.New()
	packed := io.TeeReader(io.LimitReader(r, b.Content.Size), h)
	place, faulty := b.unpack(packed)
	if _, err := io.Copy(io.Discard, packed); err != nil {
		return contentName, err
	}
	if hex.EncodeToString(h.Sum(nil)) != b.Content.Digest {
		return contentName, errors.New("it is not the one that the manifest has the digest of")
	}
	if faulty != nil {
		return place, faulty
	}
	if err := zeros(r, padding(b.Content.Size)); err != nil {
		return contentName, err
	}
	if err := zeros(r, int64(len(trailer))); err != nil {
		return "the end", err
	}
	return "", nil
}

// maxWindow is the memory that reading may take, in bytes.
const maxWindow = 64 << 20

// unpack writes the files of the stream below b.Root.
func (b *Bundle) unpack(packed io.Reader) (place string, err error) {
	dec, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return contentName, err
	}
	defer dec.Close()
	head := make([]byte, block)
	for _, f := range b.Files {
		want, err := header(f.Path, f.Size)
		if err != nil {
			return f.Path, err
		}
		if _, err := io.ReadFull(dec, head); err != nil || !bytes.Equal(head, want) {
			return f.Path, errors.New("it does not follow in the content, as the manifest says")
		}
		if err := b.unpackFile(dec, f); err != nil {
			return f.Path, err
		}
	}
	if err := zeros(dec, int64(len(trailer))); err != nil {
		return contentName, err
	}
	if n, err := dec.Read(head); n > 0 || err != io.EOF {
		return contentName, errors.New("it goes on behind the last file of the manifest")
	}
	return "", nil
}

func (b *Bundle) unpackFile(r io.Reader, f File) error {
	at := filepath.Join(string(b.Root), filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), io.LimitReader(r, f.Size))
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	if n != f.Size || hex.EncodeToString(h.Sum(nil)) != f.Digest {
		return errors.New("it is not the file that the manifest has the digest of")
	}
	return zeros(r, padding(f.Size))
}

// noteLeftOut writes what was left out of the bundle into the folder, whose readers go by
// that.
func (b *Bundle) noteLeftOut() error {
	l := record.LeftOut{Bundle: b.Digest, Files: []record.LeftFile{}}
	for _, f := range b.LeftOut {
		l.Files = append(l.Files, record.LeftFile{Path: f.Path, Size: f.Size, Digest: f.Digest, Why: f.Why})
	}
	return b.Root.LeftOut().Write(l)
}
