// Package chaos breaks trials on purpose and looks whether they come to the same
// result as one that was left alone. `make chaos` runs it.
//
// The tests kill the real program with SIGKILL at every boundary of its work and at
// random instants, let two programs meet in one folder, and make every operation on
// the disk fail in turn. After each fault the same command, on a machine that works,
// has to end with the same submissions and scores, with no call to the teacher
// answered twice, no process and no temporary file left.
//
// Each fault is a row of a table: case, expected, seen, time. The package holds
// tests alone, behind the build tag chaos, since they take minutes. It is not for
// faults of teachers and agents' servers.
package chaos
