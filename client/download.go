package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/contract/manifestcsv"
	"github.com/despacho/despacho/service/wholefile"
)

// How a file came into the folder.
const (
	AlreadyThere = "there already"
	NewlyFetched = "fetched"
	Written      = "written"
)

// Fetched is a file in the folder and how it came there.
type Fetched struct{ Name, How string }

// Download fetches a run's joined files into a folder, checks their SHA-256, leaves those that are there
// already, and writes the manifest with what was printed so far. Labels are buyers' data, so only their owner reads what it
// makes. The folder is made when it is missing; a folder that cannot be written is a [FolderError],
// a file that has expired is storage.ErrNotFound.
func Download(ctx context.Context, store Store, result contract.RunResult, folder string) (fetched []Fetched, err error) {
	manifest, err := ReadPrintedManifest(ctx, store, result)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, &FolderError{Err: fmt.Errorf("the folder cannot be made: %w", err)}
	}
	for _, file := range Files(result) {
		how, err := place(ctx, store, file, manifest, filepath.Join(folder, file.Name))
		if err != nil {
			return fetched, err
		}
		fetched = append(fetched, Fetched{file.Name, how})
	}
	return fetched, nil
}

// place puts one file of a run into the folder.
func place(ctx context.Context, store Store, file File, manifest contract.Manifest, target string) (how string, err error) {
	var same bool
	switch file.Name {
	case manifestJSON:
		same, err = WriteFile(target, func(w io.Writer) error { return json.NewEncoder(w).Encode(manifest) })
	case manifestCSV:
		same, err = WriteFile(target, func(w io.Writer) error { return manifestcsv.Write(w, manifest) })
	default:
		return fetch(ctx, store, file, target)
	}
	return lo.Ternary(same, AlreadyThere, NewlyFetched), err
}

// fetch streams one file; its size and SHA-256 must be those of the result.
func fetch(ctx context.Context, store Store, file File, target string) (how string, err error) {
	if hasDigest(target, file.SHA256) {
		return AlreadyThere, nil
	}
	source, _, err := store.Reader(ctx, file.Key)
	if err != nil {
		return "", err
	}
	defer source.Close()
	sum := sha256.New()
	same, err := WriteFile(target, func(w io.Writer) error {
		size, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(source, file.Bytes+1))
		switch {
		case err != nil:
			return fmt.Errorf("%s could not be fetched: %w", file.Key, err)
		case size != file.Bytes || hex.EncodeToString(sum.Sum(nil)) != file.SHA256:
			return &DigestError{Key: file.Key}
		}
		return nil
	})
	return lo.Ternary(same, AlreadyThere, NewlyFetched), err
}

func hasDigest(path, want string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return err == nil && hex.EncodeToString(sum.Sum(nil)) == want
}

// WriteFile writes a file beside its place and moves it there when it is whole;
// one that is there with the same content stays.
func WriteFile(target string, write func(io.Writer) error) (same bool, err error) {
	temporary, err := os.CreateTemp(filepath.Dir(target), ".despacho-*")
	if err != nil {
		return false, &FolderError{Err: fmt.Errorf("%s cannot be written: %w", target, err)}
	}
	defer func() {
		if err != nil || same {
			err = errors.Join(err, os.Remove(temporary.Name()))
		}
	}()
	sum := sha256.New()
	err = errors.Join(write(io.MultiWriter(temporary, sum)), temporary.Chmod(wholefile.PrivateMode), temporary.Close())
	if err != nil {
		return false, err
	}
	if hasDigest(target, hex.EncodeToString(sum.Sum(nil))) {
		return true, nil
	}
	return false, os.Rename(temporary.Name(), target)
}
