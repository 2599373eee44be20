package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"

	"github.com/samber/lo"
)

const (
	ours            = "github.com/despacho/despacho"
	standardLibrary = "std"
)

// goModule is what `go list` says of a module.
type goModule struct {
	Path    string
	Version string
	Dir     string
}

// linkedModules are the modules of others that any program is linked with, on any system, by path.
func linkedModules() ([]goModule, error) {
	byPath := map[string]goModule{}
	for _, system := range systems {
		arguments := append([]string{"list", "-deps", "-json=Module"}, lo.Values(programs)...)
		out, err := runGo(arguments, "GOOS="+system)
		if err != nil {
			return nil, err
		}
		packages, err := decodeAll[struct{ Module *goModule }](out)
		if err != nil {
			return nil, err
		}
		for _, linked := range packages {
			if linked.Module != nil && linked.Module.Path != ours {
				byPath[linked.Module.Path] = *linked.Module
			}
		}
	}
	modules := lo.Values(byPath)
	slices.SortFunc(modules, func(a, b goModule) int { return cmp.Compare(a.Path, b.Path) })
	return modules, nil
}

// decodeAll reads the JSON values that `go list` writes one behind the other.
func decodeAll[T any](out []byte) (all []T, err error) {
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var value T
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, value)
	}
}

// runGo runs the go command in the root of the repository, whichever folder of it this one is.
func runGo(arguments []string, variables ...string) ([]byte, error) {
	folder, err := root()
	if err != nil {
		return nil, err
	}
	command := exec.Command("go", arguments...)
	command.Dir, command.Stderr = folder, os.Stderr
	command.Env = append(os.Environ(), variables...)
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", arguments[0], err)
	}
	return out, nil
}

func root() (string, error) {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", ours).Output()
	if err != nil {
		return "", fmt.Errorf("run this within the repository, with GOWORK=off: %w", err)
	}
	return string(bytes.TrimSpace(folder)), nil
}
