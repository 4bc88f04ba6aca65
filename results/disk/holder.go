package disk

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
)

// Holder is a process that may write to a folder. Its fields are for messages,
// and for the rule that decides where the kernel cannot.
type Holder struct {
	Host   string `json:"host"`
	PID    int    `json:"pid"`
	BootID string `json:"boot_id"`              // the kernel's: a process id means nothing after a restart
	Start  int64  `json:"start_time,omitempty"` // of the process, in clock ticks since the boot; 0 when not known

	// Kernel says that the process holds a lock of the kernel on the file for as
	// long as it lives. Without it, as in files of older programs, the fields
	// above have to tell.
	Kernel bool `json:"kernel_lock,omitempty"`
}

// Self is this process.
func Self() Holder {
	h := Holder{Host: "localhost", PID: os.Getpid(), BootID: "unknown"}
	if host, err := os.Hostname(); err == nil {
		h.Host = host
	}
	if id := bootID(); id != "" {
		h.BootID = id
	}
	_, h.Start = processState("self")
	return h
}

func (h Holder) String() string { return fmt.Sprintf("process %d on %s", h.PID, h.Host) }

// dead reports whether seen, which runs or ran on any machine, is certainly
// gone, as far as h can tell: on h's host, an earlier boot, no such process, one
// that has ended and was not waited for, or another with its number.
func (h Holder) dead(seen Holder) bool {
	switch {
	case h.Host != seen.Host:
		return false
	case h.BootID != seen.BootID || noProcess(seen.PID):
		return true
	case seen.PID == os.Getpid() && seen.Start == 0: // an older program had this process's number
		return true
	}
	state, start := processState(strconv.Itoa(seen.PID))
	return state == 'Z' || state == 'X' || seen.Start != 0 && start != 0 && seen.Start != start
}

func readHolder(path string) (Holder, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Holder{}, err
	}
	var h Holder
	if err := json.Unmarshal(data, &h); err != nil || h.Host == "" || h.PID <= 0 {
		return Holder{}, results.Infra(fmt.Errorf("%s does not say who holds it", path),
			"if no other run writes to the folder, remove the file")
	}
	return h, nil
}
