package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/samber/lo"
	"golang.org/x/text/unicode/norm"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/service/wholefile"
)

// maxManifestBytes bounds a manifest, of which the result tells no size.
const maxManifestBytes = 256 << 20

type downloadCommand struct {
	runArgument
	To string `required:"" placeholder:"FOLDER" help:"Folder for the files; made when missing. Only you can read what is made."`
}

// Run fetches the files of a run and writes the page that explains them.
func (c *downloadCommand) Run(ctx context.Context, d desk) error {
	_, store, current, err := c.look(ctx, d)
	if err != nil {
		return err
	}
	if current.Result.Manifest.JSON == "" {
		return &Problem{
			Code:    ExitNotFound,
			Message: fmt.Sprintf("run %s has no files: it is %s", current.Result.Run, current.Result.State),
			Hint:    "starter show " + current.WorkflowID,
		}
	}
	fetched, err := Download(ctx, store, current.Result, c.To)
	for _, file := range fetched {
		d.print("%s\t%s", filepath.Join(c.To, file.Name), file.How)
	}
	return err
}

const (
	howThere   = "there already"
	howFetched = "fetched"
	howWritten = "written"
)

// Fetched is a file in the folder and how it came there.
type Fetched struct{ Name, How string }

// Download fetches a run's joined files and manifest into a folder, checks
// their SHA-256, leaves those that are there already, and writes index.html.
// Labels are buyers' data, so only their owner reads what it makes.
func Download(ctx context.Context, store Store, result books.Result, folder string) (fetched []Fetched, err error) {
	manifest, err := readManifest(ctx, store, result)
	if err != nil {
		return nil, expired(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, usageProblem("name a folder that can be written", "the folder cannot be made: %v", err)
	}
	files := deliveries(result)
	for _, file := range files {
		how, err := fetch(ctx, store, file, filepath.Join(folder, file.name))
		if err != nil {
			return fetched, expired(err)
		}
		fetched = append(fetched, Fetched{file.name, how})
	}
	// What waits besides is good to know; the labels do not depend on it.
	pickUps, _ := activities.ListPickUps(ctx, store, result.Merchant)
	_, err = replace(filepath.Join(folder, "index.html"), func(w io.Writer) error {
		return WritePage(w, result, manifest, pickUps...)
	})
	if err == nil {
		fetched = append(fetched, Fetched{"index.html", howWritten})
	}
	return fetched, err
}

// fetch streams one file; its size and SHA-256 must be those of the result.
func fetch(ctx context.Context, store Store, file delivery, target string) (how string, err error) {
	if file.sha256 != "" && hasDigest(target, file.sha256) {
		return howThere, nil
	}
	source, _, err := store.Reader(ctx, file.key)
	if err != nil {
		return "", err
	}
	defer source.Close()
	limit := int64(maxManifestBytes)
	if file.sha256 != "" {
		limit = file.bytes
	}
	sum := sha256.New()
	same, err := replace(target, func(w io.Writer) error {
		size, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(source, limit+1))
		switch {
		case err != nil:
			return fmt.Errorf("%s could not be fetched: %w", file.key, err)
		case file.sha256 == "" && size > limit:
			return fmt.Errorf("%s is larger than %s", file.key, sizeWords(limit))
		case file.sha256 != "" && (size != limit || hex.EncodeToString(sum.Sum(nil)) != file.sha256):
			return &Problem{
				Code:    ExitError,
				Message: file.key + " is not the file that the run published: its size or SHA-256 differs",
				Hint:    "fetch it again; if it stays, look at the object in the bucket and do not print it",
			}
		}
		return nil
	})
	return lo.Ternary(same, howThere, howFetched), err
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

// replace writes a file beside its place and moves it there when it is whole;
// one that is there with the same content stays.
func replace(target string, write func(io.Writer) error) (same bool, err error) {
	temporary, err := os.CreateTemp(filepath.Dir(target), ".despacho-*")
	if err != nil {
		return false, usageProblem("name a folder that can be written", "%s cannot be written: %v", target, err)
	}
	defer func() {
		if err != nil || same {
			err = errors.Join(err, os.Remove(temporary.Name()))
		}
	}()
	sum := sha256.New()
	err = errors.Join(write(io.MultiWriter(temporary, sum)), temporary.Chmod(wholefile.Private), temporary.Close())
	if err != nil {
		return false, err
	}
	if hasDigest(target, hex.EncodeToString(sum.Sum(nil))) {
		return true, nil
	}
	return false, os.Rename(temporary.Name(), target)
}

var (
	accents    = regexp.MustCompile(`\p{Mn}`)
	notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)
)

// fileNamePart writes words for a file's name: "Envíos Ñuñoa" is Envios-Nunoa.
func fileNamePart(words string) string {
	return notInNames.ReplaceAllString(accents.ReplaceAllString(norm.NFD.String(words), ""), "-")
}

func twoDigits(n int) string { return fmt.Sprintf("%02d", n) }
