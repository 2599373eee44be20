package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/samber/lo"
)

type sbomCommand struct {
	Archive string `arg:"" type:"existingfile" help:"A release's archive, .tar.gz or .zip."`
	Out     string `required:"" placeholder:"FILE" help:"The file to write."`
}

// Run writes the list. Kong calls it.
func (c *sbomCommand) Run() error {
	files, err := programsOf(c.Archive)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Archive, err)
	}
	list, err := listOf(files, licenceNames)
	if err != nil {
		return err
	}
	file, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	err = cyclonedx.NewBOMEncoder(file, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(list, cyclonedx.SpecVersion1_6)
	return errors.Join(err, file.Close())
}

// listOf describes programs and what they are linked with; licences names those of modules.
func listOf(files []program, licences func([]goModule) (map[string][]string, error)) (*cyclonedx.BOM, error) {
	linked := map[string]goModule{}
	var components []cyclonedx.Component
	var dependencies []cyclonedx.Dependency
	for _, file := range files {
		modules := modulesOf(file.build)
		for _, module := range modules {
			linked[packageURL(module)] = module
		}
		main := cyclonedx.Component{
			Type: cyclonedx.ComponentTypeApplication, BOMRef: file.name, Name: file.name, Version: file.build.Main.Version,
			Hashes:   &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: file.sum}},
			Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
		}
		components = append(components, main)
		uses := lo.Map(modules, func(m goModule, _ int) string { return packageURL(m) })
		slices.Sort(uses)
		dependencies = append(dependencies, cyclonedx.Dependency{Ref: file.name, Dependencies: &uses})
	}
	names, err := licences(lo.Values(linked))
	if err != nil {
		return nil, err
	}
	for _, url := range slices.Sorted(maps.Keys(linked)) {
		components = append(components, componentOf(linked[url], names[linked[url].Path]))
	}
	list := cyclonedx.NewBOM()
	list.Metadata = &cyclonedx.Metadata{Component: &cyclonedx.Component{
		Type: cyclonedx.ComponentTypeApplication, BOMRef: ours, Name: "despacho", Version: files[0].build.Main.Version,
	}}
	list.Components, list.Dependencies = &components, &dependencies
	return list, nil
}

// modulesOf are the modules that a program is linked with, and the standard library.
func modulesOf(build *debug.BuildInfo) []goModule {
	modules := []goModule{{Path: standardLibrary, Version: strings.TrimPrefix(build.GoVersion, "go")}}
	for _, module := range build.Deps {
		for module.Replace != nil {
			module = module.Replace
		}
		modules = append(modules, goModule{Path: module.Path, Version: module.Version})
	}
	return modules
}

func packageURL(module goModule) string { return "pkg:golang/" + module.Path + "@" + module.Version }

func componentOf(module goModule, licences []string) cyclonedx.Component {
	choices := lo.Map(licences, func(name string, _ int) cyclonedx.LicenseChoice {
		return cyclonedx.LicenseChoice{License: &cyclonedx.License{ID: name}}
	})
	url := packageURL(module)
	return cyclonedx.Component{
		Type: cyclonedx.ComponentTypeLibrary, BOMRef: url, PackageURL: url, Name: module.Path, Version: module.Version,
		Licenses: lo.Ternary(len(choices) > 0, (*cyclonedx.Licenses)(&choices), nil),
	}
}
