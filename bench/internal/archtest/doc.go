// Package archtest holds the module to its layout: which floor may import
// which, where a library, the clock or a process may be used, and what every
// file and package must have. The rules are a table in its tests, which parse
// all Go files of the module in process, so that the test cache sees a change.
//
// Test files are exempt from the rules on libraries, clock and style, never
// from those on floors. The package is not for style that gofmt, vet and
// staticcheck judge.
package archtest
