// Package archtest checks that the module keeps its rules. Its tests parse all Go
// files and all pages of the module in process, so that the test cache sees a
// change. It holds no other code.
//
// The rules on code are a table: which floor may import which, where a library, the
// clock or a process may be used, and what every file and package must have. Test
// files are exempt from the rules on libraries, clock and style, never from the
// rules on floors.
//
// The rules on pages are: links and citations lead somewhere, sentences are short,
// terms link to the glossary where a page first uses them, and fragments of the
// changelog are well-formed. Package comments must be plain too.
//
// Every rule is tested with planted faults. The package is not for style that gofmt,
// vet and staticcheck judge.
package archtest
