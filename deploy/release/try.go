package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/samber/lo"
)

type tryCommand struct {
	Folder string `arg:"" type:"existingdir" help:"Where goreleaser put the archives."`
}

// alongside are the files of every archive beside the programs.
var alongside = []string{"LICENSE", "README.md", "README.es.md", "CHANGELOG.md", "SECURITY.md", "THIRD-PARTY.txt"}

// Run looks at every archive, and runs the programs of the one for this machine. Kong calls it.
func (c *tryCommand) Run() error {
	sums, err := readSums(c.Folder)
	if err != nil {
		return err
	}
	var wrong []error
	for _, system := range systems {
		for _, processor := range processors {
			err := tryArchive(c.Folder, system, processor, sums)
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s %s: %w", system, processor, err))
				continue
			}
			fmt.Printf("%s %s: as it should be\n", system, processor)
		}
	}
	return errors.Join(wrong...)
}

// readSums reads the file of checksums: by name of the file.
func readSums(folder string) (map[string]string, error) {
	file, err := oneFile(filepath.Join(folder, "*_checksums.txt"))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sums[name] = sum
	}
	return sums, nil
}

// oneFile is the only file that a pattern matches.
func oneFile(pattern string) (string, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(files) != 1 {
		return "", fmt.Errorf("there are %d files %s, not one", len(files), pattern)
	}
	return files[0], nil
}

func tryArchive(folder, system, processor string, sums map[string]string) error {
	archive, err := oneFile(filepath.Join(folder, fmt.Sprintf("despacho_*_%s_%s.%s", system, processor, lo.Ternary(system == "windows", "zip", "tar.gz"))))
	if err != nil {
		return err
	}
	for _, path := range []string{archive, archive + ".cdx.json"} {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(content); sums[filepath.Base(path)] != hex.EncodeToString(sum[:]) {
			return fmt.Errorf("%s has another checksum than the file of checksums says", path)
		}
	}
	files := map[string][]byte{}
	read := lo.Ternary(system == "windows", readZip, readTar)
	if err := read(archive, func(name string, content []byte) { files[filepath.Base(name)] = content }); err != nil {
		return err
	}
	var wrong []error
	for _, name := range alongside {
		if len(files[name]) == 0 {
			wrong = append(wrong, fmt.Errorf("%s is missing", name))
		}
	}
	for _, name := range lo.Keys(programs) {
		wrong = append(wrong, tryProgram(name, files[name+lo.Ternary(system == "windows", ".exe", "")], system, processor))
	}
	return errors.Join(wrong...)
}

// tryProgram opens a program and, when it is for this machine, runs it.
func tryProgram(name string, content []byte, system, processor string) error {
	build, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	said := map[string]string{}
	for _, setting := range build.Settings {
		said[setting.Key] = setting.Value
	}
	for key, want := range map[string]string{"GOOS": system, "GOARCH": processor, "CGO_ENABLED": "0", "-trimpath": "true", "-tags": "timetzdata"} {
		if said[key] != want {
			return fmt.Errorf("%s was built with %s=%s, not %s", name, key, said[key], want)
		}
	}
	if system != runtime.GOOS || processor != runtime.GOARCH {
		return nil
	}
	return runProgram(name, content, build)
}

// nobody is an address where nothing answers.
const nobody = "127.0.0.1:1"

// runProgram asks a program for its version and, one that runs for long, whether it is alive: it is not.
func runProgram(name string, content []byte, build *debug.BuildInfo) error {
	folder, err := os.MkdirTemp("", "despacho-try-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, content, 0o700); err != nil { //nolint:gosec // it is to be run
		return err
	}
	out, err := exec.Command(path, "--version").Output()
	if err != nil {
		return fmt.Errorf("%s --version: %w", name, err)
	}
	version := strings.TrimSpace(string(out))
	if !strings.HasPrefix(version, name+" ") || strings.Contains(version, "unreleased") || !strings.Contains(version, "(commit ") || !strings.Contains(version, build.GoVersion) {
		return fmt.Errorf("%s --version says %q", name, version)
	}
	fmt.Println(version)
	if !slices.Contains([]string{"worker", "gateway", "station"}, name) {
		return nil
	}
	health := exec.Command(path, "health")
	health.Env = append(os.Environ(), "DESPACHO_LISTEN="+nobody, "DESPACHO_GATEWAY_HEALTH="+nobody, "DESPACHO_STATION_HEALTH="+nobody)
	said, err := health.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(said), "error: ") {
		return fmt.Errorf("%s health, with none running, ends with %v: %s", name, err, said)
	}
	return nil
}
