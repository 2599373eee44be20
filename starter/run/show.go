package run

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
)

type showCommand struct {
	runArgument
	Links bool `help:"Links to the files, good for 15 minutes and for whoever has them."`
	JSON  bool `name:"json" help:"Print the result as JSON on stdout."`
}

// Run shows where a run stands.
func (c *showCommand) Run(ctx context.Context, d desk) error {
	_, store, current, err := c.look(ctx, d)
	if err != nil {
		return err
	}
	var links []fileLink
	if c.Links {
		if links, err = makeLinks(ctx, store, current.Result); err != nil {
			return err
		}
	}
	if c.JSON {
		return d.showJSON(current.Result, links)
	}
	if err := d.printResult(current.Result); err != nil {
		return err
	}
	if err := d.showManifest(ctx, store, current.Result); err != nil {
		return err
	}
	d.showTakeOut(ctx, current.Result.Merchant, current.Result.Run)
	for i, link := range links {
		if i == 0 {
			d.print("\nlinks, good for 15 minutes:")
		}
		d.print("%s\n  %s", link.Key, link.URL)
	}
	return endCode(current.Result)
}

func endCode(result books.Result) error {
	if code := ExitCode(result); code != ExitComplete {
		return exitCode(code)
	}
	return nil
}

type fileLink struct {
	Key string `json:"key"`
	URL string `json:"url"`
}

func (d desk) showJSON(result books.Result, links []fileLink) error {
	result = complete(result)
	var value any = result
	if links != nil {
		value = struct {
			books.Result
			Links []fileLink `json:"links"`
		}{result, links}
	}
	if err := d.printJSON(value); err != nil {
		return err
	}
	return endCode(result)
}

// makeLinks makes a link to each file of a run; they are stored nowhere.
func makeLinks(ctx context.Context, store Store, result books.Result) ([]fileLink, error) {
	links := []fileLink{}
	for _, file := range deliveries(result) {
		url, err := store.Link(ctx, file.key, file.name)
		if err != nil {
			return nil, expired(err)
		}
		links = append(links, fileLink{file.key, url})
	}
	return links, nil
}

// expired says that a file of a run is no longer there.
func expired(err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return &Problem{Code: ExitNotFound, Message: err.Error(), Hint: "files of a run expire (180 days): start a new run with --reprint", Cause: err}
}

// orderName is the number by which people know an order.
func orderName(r books.Row) string {
	name, _ := lo.Coalesce(r.OrderNumber, r.Code, r.ID)
	return name
}

func readManifest(ctx context.Context, store Store, result books.Result) (books.Manifest, error) {
	var manifest books.Manifest
	err := store.Get(ctx, result.Manifest.JSON, &manifest)
	return manifest, err
}

// delivery is a file of a run and the name that it gets where people keep it:
// a joined file, a list, a control file, or the manifest, of which the result tells neither size
// nor SHA-256.
type delivery struct {
	key, name string
	bytes     int64
	sha256    string
	file      books.PrintFile
	list      books.ListFile
	control   books.ControlFile
}

// deliveries names the files of a run: etiquetas-<run>.zpl, with the group and a
// number where there are several of a format; then the lists, the control files and the manifest.
func deliveries(result books.Result) []delivery {
	var all []delivery
	formats := lo.CountValuesBy(result.Files, fileExtension)
	count := map[string]int{}
	for _, file := range result.Files {
		extension := fileExtension(file)
		count[extension]++
		name := "etiquetas-" + fileNamePart(result.Run)
		if formats[extension] > 1 {
			name += "-" + twoDigits(count[extension])
		}
		if file.Group != "" {
			group := fileNamePart(file.Group)
			name += "-" + group[:min(len(group), longestGroup)]
		}
		all = append(all, delivery{key: file.Key, name: name + extension, bytes: file.Bytes, sha256: file.SHA256, file: file})
	}
	for _, list := range result.Lists {
		name := fmt.Sprintf("%s-%s.%s", fileNamePart(list.Kind), fileNamePart(result.Run), fileNamePart(list.Format))
		all = append(all, delivery{key: list.Key, name: name, bytes: list.Bytes, sha256: list.SHA256, list: list})
	}
	all = append(all, controlDeliveries(result)...)
	if result.Manifest.JSON != "" {
		all = append(all, delivery{key: result.Manifest.JSON, name: "manifest.json"})
	}
	if result.Manifest.CSV != "" {
		all = append(all, delivery{key: result.Manifest.CSV, name: "manifest.csv"})
	}
	return all
}

// longestGroup is how many letters of a group's name stand in a file's name.
const longestGroup = 40

func fileExtension(file books.PrintFile) string {
	switch extension := strings.ToLower(path.Ext(file.Key)); extension {
	case ".zpl", ".pdf":
		return extension
	}
	return ".bin"
}
