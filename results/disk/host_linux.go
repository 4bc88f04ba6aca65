package disk

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // empty where there is none
	return strings.TrimSpace(string(id))
}

// processState reads what proc(5) calls state and starttime; zero when it cannot.
func processState(process string) (state byte, start int64) {
	data, err := os.ReadFile("/proc/" + process + "/stat")
	if err != nil {
		return 0, 0
	}
	// The second field, the program's name, may hold anything, also a bracket.
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	const startTime = 22 - 3 // counted from the state, which is field 3
	if len(fields) <= startTime {
		return 0, 0
	}
	start, _ = strconv.ParseInt(string(fields[startTime]), 10, 64)
	return fields[0][0], start
}

// Changed is when the file, its name or its rights last changed, in nanoseconds.
func Changed(info fs.FileInfo) int64 {
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		return sys.Ctim.Nano()
	}
	return info.ModTime().UnixNano()
}

// syncNames makes the names in a folder durable, or the contents of a file.
func syncNames(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
