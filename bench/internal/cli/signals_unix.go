//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// continued gets the signals by which a stopped program goes on.
func continued() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGCONT)
	return signals
}
