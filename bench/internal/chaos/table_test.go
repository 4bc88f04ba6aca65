//go:build chaos

package chaos

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// row prints a line of the table, which testsum passes on.
func row(fault, expected, seen string, took time.Duration) {
	fmt.Printf("| %-44s | %-34s | %-40s | %6.1f s |\n", fault, expected, strings.ReplaceAll(seen, "\n", "; "), took.Seconds())
}

func TestMain(m *testing.M) {
	row("case", "expected", "seen", 0)
	os.Exit(m.Run())
}

// number is what a variable of the Makefile asks for.
func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}
