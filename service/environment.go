package service

import (
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/service/secretfile"
)

// exampleMark is in every secret of deploy/example.env.
const exampleMark = "change-me"

// usesExampleSecret tells whether the S3 secret is the one of the example settings.
func usesExampleSecret() bool {
	secret, _ := secretfile.Lookup(secretfile.AWSSecret)
	return strings.Contains(secret, exampleMark)
}

// EnvironmentFamily describes a program's part of the environment: variables whose names begin with a prefix
// in Ours, and with none in Others, are its settings; Known lists the settings that exist.
type EnvironmentFamily struct {
	Program             string
	Ours, Others, Known []string
}

// Warn logs what in the environment is likely a mistake, but no reason to refuse to start.
func (f EnvironmentFamily) Warn(log *slog.Logger) {
	for _, name := range f.misspelt(os.Environ()) {
		log.Warn("no setting of the "+f.Program+" has this name; is it misspelt?", "variable", name)
	}
	for _, variable := range secretfile.Exposed() {
		log.Warn("other users of this machine can read or change this secret's file: chmod 600", "variable", secretfile.FileVariable(variable))
	}
	if usesExampleSecret() {
		log.Warn("AWS_SECRET_ACCESS_KEY is the published example, so anybody can read your buyers' labels: write a secret of your own into .env")
	}
}

func (f EnvironmentFamily) misspelt(environment []string) []string {
	shared := secretfile.FileVariables()
	names := lo.FilterMap(environment, func(entry string, _ int) (string, bool) {
		name, _, _ := strings.Cut(entry, "=")
		begins := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		return name, !slices.Contains(f.Known, name) && !slices.Contains(shared, name) && slices.ContainsFunc(f.Ours, begins) && !slices.ContainsFunc(f.Others, begins)
	})
	slices.Sort(names)
	return names
}
