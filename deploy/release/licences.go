package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
	"github.com/samber/lo"
)

// allowed are the licences, by their SPDX names, whose works may be linked into programs under Apache-2.0.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

// withoutFile are modules that come without a file with their licence, and the licence that their repository names.
var withoutFile = map[string]string{"github.com/nexus-rpc/nexus-proto-annotations": "MIT"}

// leastCovered is how much of a file must be known words of licences, in percent.
const leastCovered = 75

var (
	licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.(txt|md))?$`)
	noticeFile  = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)(\.(txt|md))?$`)
)

// licence is under what a module may be used, and the texts that must go along with it.
type licence struct {
	names []string
	texts []string
}

// licenceOf reads a module's licence and refuses one that does not go with ours, or that nobody knows.
func licenceOf(module goModule) (licence, error) {
	var l licence
	entries, err := os.ReadDir(module.Dir)
	if err != nil {
		return l, fmt.Errorf("%s: go mod download brings it: %w", module.Path, err)
	}
	for _, entry := range entries {
		if entry.IsDir() || !noticeFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(module.Dir, entry.Name()))
		if err != nil {
			return l, fmt.Errorf("%s: %w", module.Path, err)
		}
		l.texts = append(l.texts, strings.TrimSpace(string(text)))
		if !licenceFile.MatchString(entry.Name()) {
			continue
		}
		names, err := namesOf(text)
		if err != nil {
			return l, fmt.Errorf("%s: %s: %w", module.Path, entry.Name(), err)
		}
		l.names = append(l.names, names...)
	}
	if known := withoutFile[module.Path]; len(l.names) == 0 && known != "" {
		l.names = []string{known}
	}
	if len(l.names) == 0 {
		return l, fmt.Errorf("%s has no file with its licence: look it up, then add it to withoutFile in deploy/release/licences.go", module.Path)
	}
	l.names = lo.Uniq(l.names)
	if wrong := lo.Without(l.names, allowed...); len(wrong) > 0 {
		return l, fmt.Errorf("%s is under %s, which is not among those that go with ours (%s): use another module, or decide on it in deploy/release/licences.go",
			module.Path, strings.Join(wrong, ", "), strings.Join(allowed, ", "))
	}
	return l, nil
}

// licenceNames are the SPDX names of modules' licences, by path.
func licenceNames(modules []goModule) (map[string][]string, error) {
	arguments := []string{"list", "-m", "-json=Path,Version,Dir"}
	for _, module := range modules {
		if module.Path != standardLibrary {
			arguments = append(arguments, module.Path+"@"+module.Version)
		}
	}
	out, err := runGo(arguments)
	if err != nil {
		return nil, err
	}
	names := map[string][]string{standardLibrary: {"BSD-3-Clause"}}
	known, err := decodeAll[goModule](out)
	if err != nil {
		return nil, err
	}
	for _, module := range known {
		l, err := licenceOf(module)
		if err != nil {
			return nil, err
		}
		names[module.Path] = l.names
	}
	return names, nil
}

// namesOf are the SPDX names of the licences in a text.
func namesOf(text []byte) ([]string, error) {
	coverage := licensecheck.Scan(text)
	if coverage.Percent < leastCovered {
		return nil, fmt.Errorf("%.0f %% of it are words of a known licence: read it, then decide on it in deploy/release/licences.go", coverage.Percent)
	}
	var names []string
	for _, match := range coverage.Match {
		if !match.IsURL {
			names = append(names, match.ID)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
