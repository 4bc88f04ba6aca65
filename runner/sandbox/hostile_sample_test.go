//go:build !hostile

package sandbox

const everyHostile = false
