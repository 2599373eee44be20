//go:build linux

package images

import (
	_ "embed"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/despacho/despacho/deploy/local/rehearsal/container"
)

//go:embed scripts/postgres.sh
var postgresEntrypoint []byte

// postgresData is where the image keeps its databases.
const postgresData = "/var/lib/postgresql/data"

// postgres holds the newest PostgreSQL of this machine, whatever the file's version.
func (m maker) postgres() (Image, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return Image{}, errors.Join(errors.New("there is no PostgreSQL: install Debian's package postgresql"), err)
	}
	root := filepath.Join(m.dir, "postgres")
	if err := newRoot(root, "postgres:999"); err != nil {
		return Image{}, err
	}
	for _, link := range []string{"bin", "sbin", "lib", "lib64"} {
		if target, err := os.Readlink("/" + link); err == nil {
			if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
				return Image{}, err
			}
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "usr"), 0o755); err != nil {
		return Image{}, err
	}
	for _, folder := range []string{postgresData, "/var/run/postgresql"} {
		path := filepath.Join(root, folder)
		if err := errors.Join(os.MkdirAll(path, 0o755), os.Chown(path, 999, 999), os.Chmod(path, 0o1777)); err != nil {
			return Image{}, err
		}
	}
	if err := os.WriteFile(filepath.Join(root, "entrypoint.sh"), postgresEntrypoint, 0o755); err != nil {
		return Image{}, err
	}
	return Image{
		Root: root, Entrypoint: []string{"/entrypoint.sh"}, Command: []string{"postgres"},
		Env:        []string{"PATH=" + filepath.Dir(found[len(found)-1]) + ":/usr/bin:/bin", "PGDATA=" + postgresData, "LANG=C.UTF-8"},
		StopSignal: syscall.SIGINT,
		Mounts:     []container.Mount{{Source: "/usr", Target: "/usr", ReadOnly: true}},
	}, nil
}
