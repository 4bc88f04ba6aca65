package sandbox

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFilesOnTheirWay tells code that hands open files on from code that leaves them in a
// socket, or moves them from one to the next.
func TestFilesOnTheirWay(t *testing.T) {
	send(t) // which skips the whole test where the kernel does not count
	receiveAll()
	for name, want := range map[string][]bool{ // whether each look stops the code
		"stays": {false, true}, "now and then": slices.Repeat([]bool{false}, 2*maxLooks), "moves": append(slices.Repeat([]bool{false}, maxLooks-1), true),
	} {
		t.Run(name, func(t *testing.T) {
			e := &execution{spec: Spec{Workspace: t.TempDir(), Limits: Limits{}.withDefaults(Limits{})}}
			for i, stops := range want {
				if name != "stays" && (name == "moves" || i%2 == 0) || i == 0 {
					send(t)
				}
				if err := e.overDisk(os.Getpid()); (err != nil) != stops {
					t.Fatalf("look %d: %v", i+1, err)
				}
				if name == "now and then" {
					receiveAll()
				}
			}
			receiveAll()
		})
	}
}

// waiting are the pairs of sockets in which a file waits.
var waiting [][2]int

func send(t *testing.T) {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Sendmsg(pair[0], []byte("x"), unix.UnixRights(0), nil, 0); err != nil {
		t.Fatal(err)
	}
	receiveAll() // the one before
	waiting = append(waiting, pair)
	if count(fmt.Sprintf("/proc/self/fdinfo/%d", pair[1]), "scm_fds:") == 0 {
		t.Skip("this kernel does not count files in sockets")
	}
}

func receiveAll() {
	for _, pair := range waiting {
		unix.Close(pair[0])
		unix.Close(pair[1])
	}
	waiting = nil
}
