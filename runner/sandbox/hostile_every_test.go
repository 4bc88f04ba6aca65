//go:build hostile

package sandbox

const everyHostile = true
