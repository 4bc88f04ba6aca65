// Command testsum reads the output of go test -json on standard input. It prints
// the progress of the packages, the messages of failing tests, rows of tables (lines
// that begin with "| ") as they come and, last, one line
//
//	NAME: n of m passed, k skipped, t s
//
// where NAME is its argument. It exits 1 if a test or a package failed, if a test
// was skipped that is not on the list of allowed skips, or if there was no test at
// all. It is not for benchmarks.
package main

import (
	"fmt"
	"os"
)

func main() {
	name := "test"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	s := newSummary(os.Stdout)
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintf(os.Stderr, "testsum: %v\n", err)
		os.Exit(1)
	}
	if !s.close(name) {
		os.Exit(1)
	}
}
