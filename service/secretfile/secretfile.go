// Package secretfile takes secrets from files: where a setting X is secret, X_FILE names a file that
// holds it. A secret in a file is in no process's environment and in no list of processes.
//
// Begin with [Choose], for a setting that is given both ways, [Lookup], for variables that others read
// too (AWS_*, TEMPORAL_*), and [Read], for a file alone. [Variables] lists every secret of every program.
package secretfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// Largest is how long a file with a secret may be.
const Largest = 64 << 10

// Those that other people's libraries read as well.
const (
	AWSKeyID     = "AWS_ACCESS_KEY_ID"
	AWSSecret    = "AWS_SECRET_ACCESS_KEY"
	AWSSession   = "AWS_SESSION_TOKEN"
	TemporalKey  = "TEMPORAL_API_KEY"
	ClientSecret = "DESPACHO_CLIENT_SECRET"
	OutSecret    = "DESPACHO_WEBHOOK_OUT_SECRET"
	SandboxToken = "SANDBOX_TOKEN"
	PersonPIN    = "STATION_PERSON_PIN"
	TraceHeaders = "OTEL_EXPORTER_OTLP_HEADERS"
)

var variables = []string{
	"DESPACHO_TOKEN", ClientSecret, "DESPACHO_ACCOUNTS_KEY", OutSecret,
	AWSKeyID, AWSSecret, AWSSession, TemporalKey, SandboxToken, PersonPIN, TraceHeaders,
}

// Variables are all settings that are secret.
func Variables() []string { return slices.Clone(variables) }

// FileVariable is the setting that names the file of a secret.
func FileVariable(variable string) string { return variable + "_FILE" }

// FileVariables are the settings that name the files.
func FileVariables() []string {
	names := make([]string, 0, len(variables))
	for _, variable := range variables {
		names = append(names, FileVariable(variable))
	}
	return names
}

// Choose returns the secret that was given, or the content of the file that was named. Its errors
// name the settings and never quote a secret.
func Choose(variable, given, path string) (string, error) {
	switch {
	case strings.TrimSpace(path) == "":
		return given, nil
	case given != "":
		return "", fmt.Errorf("%s: %s is set as well; keep only one of them", FileVariable(variable), variable)
	}
	secret, err := Read(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", FileVariable(variable), err)
	}
	return secret, nil
}

// Lookup returns the secret of a variable of the environment; empty where there is none.
func Lookup(variable string) (string, error) {
	return Choose(variable, os.Getenv(variable), os.Getenv(FileVariable(variable)))
}

// InFile tells whether the environment names a file for the variable.
func InFile(variable string) bool { return strings.TrimSpace(os.Getenv(FileVariable(variable))) != "" }

// Check says all that is wrong with the variables in the environment.
func Check(variables ...string) (wrong []error) {
	for _, variable := range variables {
		if _, err := Lookup(variable); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

// Read returns what a file holds that holds a secret alone, without the ends of its lines. Its errors never quote it.
func Read(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("the file cannot be read: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, Largest+1))
	if err != nil {
		return "", fmt.Errorf("the file cannot be read: %w", err)
	}
	secret := strings.TrimRight(string(content), "\r\n")
	switch {
	case len(content) > Largest:
		return "", fmt.Errorf("file %s has more than %d KiB; name one that holds the secret alone", path, Largest>>10)
	case !utf8.Valid(content):
		return "", fmt.Errorf("file %s is not UTF-8 text; write the secret as text", path)
	case strings.TrimSpace(secret) == "":
		return "", errors.New("file " + path + " is empty; write the secret into it")
	}
	return secret, nil
}
