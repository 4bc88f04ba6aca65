package sandbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/autodatabench/autodatabench/results"
)

// Names in a workspace, which are a contract with agents' code.
const (
	CodeFile       = "code.py"
	SubmissionFile = "submission.json"
)

// ofMachine is an infrastructure error for what the machine did, and else the words
// for the agent.
func ofMachine(err error, words string) error {
	for _, e := range []error{syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		if errors.Is(err, e) {
			return results.Infra(fmt.Errorf("%s: %w", words, err))
		}
	}
	return errors.New(words)
}

// OpenSubmission opens the workspace's submission.json: a regular file of at
// most results.MaxSubmission bytes, and no link to one. The error is written for
// the agent to read and names no path of the host.
func OpenSubmission(workspace string) (io.ReadCloser, error) {
	root, err := os.OpenRoot(workspace)
	if err != nil {
		return nil, ofMachine(err, "the workspace cannot be opened")
	}
	defer root.Close()
	info, err := root.Lstat(SubmissionFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no submission.json")
	case err != nil:
		return nil, ofMachine(err, "submission.json cannot be opened")
	case !info.Mode().IsRegular():
		return nil, errors.New("submission.json is not a regular file")
	}
	// Code that still runs may put something else there in the meantime:
	// NONBLOCK keeps a pipe from stopping us, and the file opened is judged.
	file, err := root.OpenFile(SubmissionFile, os.O_RDONLY|unfollowed, 0)
	if err != nil {
		return nil, ofMachine(err, "submission.json cannot be opened for reading")
	}
	opened, err := file.Stat()
	if err == nil && (!opened.Mode().IsRegular() || !os.SameFile(info, opened)) {
		err = errors.New("submission.json is not a regular file, or changed while it was opened")
	}
	if err == nil && opened.Size() > results.MaxSubmission {
		err = fmt.Errorf("submission.json has %d bytes, at most %d are allowed", opened.Size(), results.MaxSubmission)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
