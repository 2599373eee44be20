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

// Copy copies docker-compose.yml and what it mounts into folder, and writes a .env beside it: the
// example's lines, then more, which win.
func Copy(repository, folder string, more ...string) error {
	example, err := os.ReadFile(filepath.Join(repository, "deploy/example.env"))
	if err != nil {
		return err
	}
	settings := string(example) + "\n" + strings.Join(more, "\n") + "\n"
	compose, err := os.ReadFile(filepath.Join(repository, "docker-compose.yml"))
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(folder, ".env"), []byte(settings), 0o600),
		os.WriteFile(filepath.Join(folder, "docker-compose.yml"), compose, 0o644),
		os.CopyFS(filepath.Join(folder, "deploy/temporal"), os.DirFS(filepath.Join(repository, "deploy/temporal"))),
	)
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
