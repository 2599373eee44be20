package client

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/samber/lo"
	"golang.org/x/text/unicode/norm"

	"github.com/despacho/despacho/contract"
)

// controlDeliveries names the control files of a run: manifiesto-<run>-01-<connection>.pdf.
func controlDeliveries(result contract.RunResult) []File {
	return lo.Map(result.Controls, func(file contract.ControlFile, i int) File {
		connection := fileNamePart(ConnectionName(result, file.ConnectionID))
		name := fmt.Sprintf("manifiesto-%s-%s-%s.pdf", fileNamePart(result.Run), twoDigits(i+1), connection[:min(len(connection), longestGroup)])
		return File{Key: file.Key, Name: name, Bytes: file.Bytes, SHA256: file.SHA256, Control: file}
	})
}

// ConnectionName is the name of a run's connection.
func ConnectionName(result contract.RunResult, id string) string {
	c, _ := lo.Find(result.Connections, func(c contract.ConnectionResult) bool { return c.ID == id })
	return cmp.Or(c.Name, id)
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

// Link is an address of a file, good for 15 minutes and for whoever has it.
type Link struct {
	Key string `json:"key"`
	URL string `json:"url"`
}

// Links makes a link to each file of a run; they are stored nowhere.
func Links(ctx context.Context, store Store, result contract.RunResult) ([]Link, error) {
	links := []Link{}
	for _, file := range Files(result) {
		url, err := store.Link(ctx, file.Key, file.Name)
		if err != nil {
			return nil, err
		}
		links = append(links, Link{file.Key, url})
	}
	return links, nil
}

// ReadManifest reads a run's manifest from the store, as it was when the run was published;
// storage.ErrNotFound before its books are closed. [ReadPrintedManifest] adds what was printed since.
func ReadManifest(ctx context.Context, store Store, result contract.RunResult) (contract.Manifest, error) {
	var manifest contract.Manifest
	err := store.Get(ctx, result.Manifest.JSON, &manifest)
	return manifest, err
}

// File is a file of a run and the name that it gets where people keep it:
// a joined file, a list, a control file, or the manifest, of which the result tells neither size
// nor SHA-256.
type File struct {
	Key, Name string
	Bytes     int64
	SHA256    string
	// One of these, but for a manifest.
	Print   contract.PrintFile
	List    contract.ListFile
	Control contract.ControlFile
}

// Files names the files of a run: etiquetas-<run>.zpl, with the group and a
// number where there are several of a format; then the lists, the control files and the manifest.
func Files(result contract.RunResult) []File {
	var all []File
	formats := lo.CountValuesBy(result.Files, Extension)
	count := map[string]int{}
	for _, file := range result.Files {
		extension := Extension(file)
		count[extension]++
		name := "etiquetas-" + fileNamePart(result.Run)
		if formats[extension] > 1 {
			name += "-" + twoDigits(count[extension])
		}
		if file.Group != "" {
			group := fileNamePart(file.Group)
			name += "-" + group[:min(len(group), longestGroup)]
		}
		all = append(all, File{Key: file.Key, Name: name + extension, Bytes: file.Bytes, SHA256: file.SHA256, Print: file})
	}
	for _, list := range result.Lists {
		name := fmt.Sprintf("%s-%s.%s", fileNamePart(list.Kind), fileNamePart(result.Run), fileNamePart(list.Format))
		all = append(all, File{Key: list.Key, Name: name, Bytes: list.Bytes, SHA256: list.SHA256, List: list})
	}
	all = append(all, controlDeliveries(result)...)
	if result.Manifest.JSON != "" {
		all = append(all, File{Key: result.Manifest.JSON, Name: manifestJSON})
	}
	if result.Manifest.CSV != "" {
		all = append(all, File{Key: result.Manifest.CSV, Name: manifestCSV})
	}
	return all
}

// The names of a manifest where people keep it.
const (
	manifestJSON = "manifest.json"
	manifestCSV  = "manifest.csv"
)

// longestGroup is how many letters of a group's name stand in a file's name.
const longestGroup = 40

// Extension is the end of a file's name, by its key.
func Extension(file contract.PrintFile) string {
	switch extension := strings.ToLower(path.Ext(file.Key)); extension {
	case ".zpl", ".pdf":
		return extension
	}
	return ".bin"
}
