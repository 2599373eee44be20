// Package compose compares docker-compose.yml with the programs that it starts, without starting any:
// Problems lists what does not fit. Package rehearsal starts them.
package compose
