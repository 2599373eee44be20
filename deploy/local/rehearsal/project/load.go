//go:build linux

package project

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// Set writes a folder's .env: the example's lines, then more, which win.
func Set(repository, folder string, more ...string) error {
	example, err := os.ReadFile(filepath.Join(repository, "deploy/example.env"))
	if err != nil {
		return err
	}
	settings := string(example) + "\n" + strings.Join(more, "\n") + "\n"
	return os.WriteFile(filepath.Join(folder, ".env"), []byte(settings), 0o600)
}

// Copy copies docker-compose.yml and what its images are built of into folder, and writes a .env beside it as
// Set does. Nobody but the owner can read the copies.
func Copy(repository, folder string, more ...string) error {
	compose, err := os.ReadFile(filepath.Join(repository, "docker-compose.yml"))
	if err != nil {
		return err
	}
	mounted := filepath.Join(folder, "deploy/temporal")
	err = errors.Join(
		Set(repository, folder, more...),
		os.WriteFile(filepath.Join(folder, "docker-compose.yml"), compose, 0o600),
		os.CopyFS(mounted, os.DirFS(filepath.Join(repository, "deploy/temporal"))),
	)
	if err != nil {
		return err
	}
	return keepToOwner(mounted)
}

// keepToOwner gives files the rights that they have after a clone with umask 077.
func keepToOwner(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := os.Chmod(filepath.Join(folder, entry.Name()), 0o600); err != nil {
			return err
		}
	}
	return os.Chmod(folder, 0o700)
}

// Load reads a folder's docker-compose.yml and .env as `docker compose config` does.
func Load(ctx context.Context, folder string) (*types.Project, error) {
	options, err := cli.NewProjectOptions([]string{filepath.Join(folder, "docker-compose.yml")},
		cli.WithWorkingDirectory(folder), cli.WithEnvFiles(), cli.WithDotEnv, cli.WithDefaultProfiles())
	if err != nil {
		return nil, err
	}
	return options.LoadProject(ctx)
}
