// Package run is the starter's command line: it parses what a person asks for, lets package client
// do it, and prints the answer.
//
// Begin with [Program.Main], which runs one command and returns its exit code. A command is a struct
// in a file of its own; its tags are its flags and help. Nothing here is global: several programs can
// run in one process. Other programs use package client, not this one.
package run
