package main

import "os"

// silent keeps the client's log out of what the command says.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}

func address() string {
	if set := os.Getenv("TEMPORAL_ADDRESS"); set != "" {
		return set
	}
	return "127.0.0.1:7233"
}
