//go:build linux

package images

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Folders and modules of the servers; go.mod of deploy/local gives their versions.
const (
	serverModule = "go.temporal.io/server"
	uiModule     = "github.com/temporalio/ui-server/v2"
	s3Module     = "github.com/versity/versitygw"
	standIn      = "github.com/despacho/despacho/deploy/local/rehearsal/standin"
)

// maker makes images in a folder, from the module of deploy/local.
type maker struct {
	ctx    context.Context
	module string // folder of deploy/local
	dir    string
}

// program builds a program once and returns where it is.
func (m maker) program(importPath string) (string, error) {
	path := filepath.Join(m.dir, "programs", strings.ReplaceAll(importPath, "/", "-"))
	if exists(path) {
		return path, nil
	}
	_, err := command(m.ctx, m.module, []string{"GOWORK=off"}, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", path, importPath)
	return path, err
}

// source is the folder of a module's sources.
func (m maker) source(module string) (string, error) {
	return command(m.ctx, m.module, []string{"GOWORK=off"}, "go", "list", "-m", "-f", "{{.Dir}}", module)
}

// alpine makes an image with BusyBox, and with stand-ins for the tools that Debian's BusyBox lacks or
// has without the options of Alpine's.
func (m maker) alpine(name string, standIns []string, users ...string) (string, error) {
	root := filepath.Join(m.dir, name)
	if err := newRoot(root, users...); err != nil {
		return "", err
	}
	if err := copyProgram(root, "/bin/busybox", "/bin/busybox"); err != nil {
		return "", err
	}
	applets, err := command(m.ctx, "/", nil, "/bin/busybox", "--list")
	if err != nil {
		return "", err
	}
	program, err := m.program(standIn)
	if err != nil {
		return "", err
	}
	if err := copyProgram(root, program, "/usr/local/bin/standin"); err != nil {
		return "", err
	}
	links := map[string]string{}
	for _, applet := range strings.Fields(applets) {
		links["bin/"+applet] = "busybox"
	}
	for _, tool := range append(standIns, "nc", "wget", "getent") {
		delete(links, "bin/"+tool)
		links["usr/local/bin/"+tool] = "standin"
	}
	delete(links, "bin/busybox")
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			return "", err
		}
	}
	return root, nil
}

const alpinePath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func (m maker) server() (Image, error) {
	root, err := m.alpine("temporal-server", nil, "temporal:1000")
	if err != nil {
		return Image{}, err
	}
	sources, err := m.source(serverModule)
	if err != nil {
		return Image{}, err
	}
	program, err := m.program(serverModule + "/cmd/server")
	if err != nil {
		return Image{}, err
	}
	if err := copyFile(filepath.Join(sources, "docker/scripts/sh/entrypoint.sh"), filepath.Join(root, "etc/temporal/entrypoint.sh"), 0o755); err != nil {
		return Image{}, err
	}
	return Image{
		Root: root, Command: []string{"/etc/temporal/entrypoint.sh"}, User: "temporal", Dir: "/etc/temporal", Env: []string{alpinePath},
		StopSignal: syscall.SIGTERM,
	}, copyProgram(root, program, "/usr/local/bin/temporal-server")
}

func (m maker) adminTools() (Image, error) {
	root, err := m.alpine("admin-tools", []string{"temporal"}, "temporal:1000")
	if err != nil {
		return Image{}, err
	}
	sources, err := m.source(serverModule)
	if err != nil {
		return Image{}, err
	}
	if err := os.CopyFS(filepath.Join(root, "etc/temporal/schema"), os.DirFS(filepath.Join(sources, "schema"))); err != nil {
		return Image{}, err
	}
	program, err := m.program(serverModule + "/cmd/tools/sql")
	if err != nil {
		return Image{}, err
	}
	return Image{Root: root, Command: []string{"sh", "-c", "trap exit INT HUP TERM; sleep infinity & wait"}, User: "temporal", Env: []string{alpinePath}, StopSignal: syscall.SIGTERM},
		copyProgram(root, program, "/usr/local/bin/temporal-sql-tool")
}

func (m maker) ui() (Image, error) {
	root, err := m.alpine("temporal-ui", nil, "temporal:1000")
	if err != nil {
		return Image{}, err
	}
	sources, err := m.source(uiModule)
	if err != nil {
		return Image{}, err
	}
	program, err := m.program(uiModule + "/cmd/server")
	if err != nil {
		return Image{}, err
	}
	const home = "/home/ui-server"
	for source, target := range map[string]string{"docker/start-ui-server.sh": "start-ui-server.sh", "config/docker.yaml": "config/docker.yaml"} {
		if err := copyFile(filepath.Join(sources, source), filepath.Join(root, home, target), 0o755); err != nil {
			return Image{}, err
		}
	}
	if err := copyProgram(root, "/bin/bash", "/bin/bash"); err != nil {
		return Image{}, err
	}
	return Image{Root: root, Entrypoint: []string{"./start-ui-server.sh"}, User: "temporal", Dir: home, Env: []string{alpinePath, "TEMPORAL_CLOUD_UI=false"}, StopSignal: syscall.SIGTERM},
		copyProgram(root, program, home+"/ui-server")
}

func (m maker) objects() (Image, error) {
	root, err := m.alpine("versitygw", nil)
	if err != nil {
		return Image{}, err
	}
	sources, err := m.source(s3Module)
	if err != nil {
		return Image{}, err
	}
	program, err := m.program(s3Module + "/cmd/versitygw")
	if err != nil {
		return Image{}, err
	}
	const entrypoint = "/usr/local/bin/docker-entrypoint.sh"
	if err := copyFile(filepath.Join(sources, "docker-entrypoint.sh"), filepath.Join(root, entrypoint), 0o755); err != nil {
		return Image{}, err
	}
	return Image{Root: root, Entrypoint: []string{entrypoint}, Env: []string{alpinePath}, StopSignal: syscall.SIGTERM}, copyProgram(root, program, "/usr/local/bin/versitygw")
}
