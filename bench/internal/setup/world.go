package setup

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner"
)

// World is the clock, the environment and the terminal as the program sees them.
type World struct {
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
	Getenv   func(string) string
	Environ  []string // the whole environment, for processes elsewhere
	Program  string   // path of this program
	Now      func() time.Time
	Clock    runner.Clock  // of trials; nil: Now's
	Sent     *atomic.Int64 // counts the calls of models in flight; nil: nobody asks
	Holder   disk.Holder
	Terminal bool // Stderr is one: progress bars instead of lines
	Screen   bool // Stdout is one
	Width    int  // of Stdout in columns
	Height   int  // of Stdout in rows

	Browse func(address string) error // opens a browser of the user's; nil: there is none

	StderrSize func() (width, height int) // now, of a terminal; nil where it is none
}

// SizeOfStderr is the size of the terminal that Stderr is, as it is now.
func (w World) SizeOfStderr() (width, height int) {
	if w.StderrSize != nil {
		width, height = w.StderrSize()
	}
	return cmp.Or(width, 100), cmp.Or(height, 24)
}

// Key reads the key that a variable holds; if none is named, there is none. what
// names the part that needs the key, for the error.
func (w World) Key(what, variable string) (remote.Key, error) {
	if variable == "" {
		return "", nil
	}
	key := w.Getenv(variable)
	if key == "" {
		return "", results.Bad(fmt.Errorf("%s: the environment variable %s is empty", what, variable), "export "+variable+"=...")
	}
	return remote.Key(key), nil
}

// clock is the clock of trials.
func (w World) clock() runner.Clock {
	if w.Clock == nil {
		return runner.Wall(w.Now)
	}
	return w.Clock
}

// HubCache is where the Hugging Face hub's programs keep models.
func (w World) HubCache() string {
	home := cmp.Or(w.Getenv("HF_HOME"), filepath.Join(w.Getenv("HOME"), ".cache", "huggingface"))
	return cmp.Or(w.Getenv("HF_HUB_CACHE"), filepath.Join(home, "hub"))
}

// Cache is where this program keeps what it can do without; empty where there is no
// place.
func (w World) Cache() string {
	if home := w.Getenv("HOME"); home != "" {
		return filepath.Join(cmp.Or(w.Getenv("XDG_CACHE_HOME"), filepath.Join(home, ".cache")), "autodatabench")
	}
	return ""
}

// digestCache is where digests of great weights are kept; empty where there is no
// place.
func (w World) digestCache() string {
	if cache := w.Cache(); cache != "" {
		return filepath.Join(cache, "digests")
	}
	return ""
}
