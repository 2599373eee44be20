package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"
	"runtime/debug"
	"slices"
	"strings"
)

// program is a file of an archive that Go has built.
type program struct {
	name  string
	sum   string
	build *debug.BuildInfo
}

// programsOf are the programs in an archive; it is an error that there is none.
func programsOf(archive string) ([]program, error) {
	read := readTar
	if strings.HasSuffix(archive, ".zip") {
		read = readZip
	}
	var found []program
	err := read(archive, func(name string, content []byte) {
		if build, err := buildinfo.Read(bytes.NewReader(content)); err == nil {
			sum := sha256.Sum256(content)
			found = append(found, program{path.Base(name), hex.EncodeToString(sum[:]), build})
		}
	})
	if err == nil && len(found) == 0 {
		err = errors.New("there is no program of Go in it")
	}
	slices.SortFunc(found, func(a, b program) int { return cmp.Compare(a.name, b.name) })
	return found, err
}

func readTar(archive string, each func(name string, content []byte)) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	for entries := tar.NewReader(unpacked); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(entries)
		if err != nil {
			return err
		}
		each(entry.Name, content)
	}
}

func readZip(archive string, each func(name string, content []byte)) error {
	entries, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer entries.Close()
	for _, entry := range entries.File {
		file, err := entry.Open()
		if err != nil {
			return err
		}
		content, err := io.ReadAll(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
		each(entry.Name, content)
	}
	return nil
}
