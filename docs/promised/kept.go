package promised

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// releasesFolder holds a folder for each release with what it promises, a thing a line.
var releasesFolder = filepath.Join("docs", "promised", "releases")

// withdrawn names, in the folder of a release, what it no longer keeps of earlier ones.
const withdrawn = "withdrawn.txt"

// mostTold is how many differences one test tells.
const mostTold = 20

// Kept fails the test unless the newest release's list of this name holds exactly these lines, and
// nothing is missing that an earlier release promised (docs/compatibility.md). With
// DESPACHO_RELEASE=0.1.0 in the environment it writes the list of that release instead; `make
// compatibility` does.
func Kept(t *testing.T, name string, lines []string) {
	t.Helper()
	if len(lines) == 0 {
		t.Fatalf("nothing is promised in %s", name)
	}
	folder := filepath.Join(root(t), releasesFolder)
	if release := os.Getenv("DESPACHO_RELEASE"); release != "" {
		record(t, filepath.Join(folder, release, name+".txt"), lines)
		return
	}
	for i, wrong := range compare(folder, name, lines) {
		if i == mostTold {
			t.Error("… and more")
			break
		}
		t.Error(wrong)
	}
}

// Releases are the releases whose promises are recorded, the oldest first.
func Releases(t *testing.T) []string {
	t.Helper()
	releases := releasesIn(filepath.Join(root(t), releasesFolder))
	if len(releases) == 0 {
		t.Fatalf("%s has no release", releasesFolder)
	}
	return releases
}

func compare(folder, name string, lines []string) (wrong []string) {
	releases := releasesIn(folder)
	if len(releases) == 0 {
		return []string{folder + " has no release"}
	}
	newest := releases[len(releases)-1]
	recorded := readLines(filepath.Join(folder, newest, name+".txt"))
	const how = "; see docs/compatibility.md, and record with: make compatibility"
	for _, line := range recorded {
		if !slices.Contains(lines, line) {
			wrong = append(wrong, fmt.Sprintf("%s promises what is no longer so: %s%s", newest, line, how))
		}
	}
	for _, line := range lines {
		if !slices.Contains(recorded, line) {
			wrong = append(wrong, fmt.Sprintf("this is not recorded in %s of %s: %s%s", name, newest, line, how))
		}
	}
	given := readLines(filepath.Join(folder, newest, withdrawn))
	for _, release := range releases[:len(releases)-1] {
		for _, line := range readLines(filepath.Join(folder, release, name+".txt")) {
			if !slices.Contains(recorded, line) && !slices.Contains(given, line) {
				wrong = append(wrong, fmt.Sprintf("%s promised it, and %s neither keeps it nor names it in %s: %s", release, newest, withdrawn, line))
			}
		}
	}
	return wrong
}

func record(t *testing.T, path string, lines []string) {
	t.Helper()
	lines = slices.Clone(lines)
	slices.Sort(lines)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(slices.Compact(lines), "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// readLines are the lines of a file; a file that is not there has none.
func readLines(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func releasesIn(folder string) (releases []string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		if entry.IsDir() {
			releases = append(releases, entry.Name())
		}
	}
	slices.SortFunc(releases, compareReleases)
	return releases
}

// compareReleases puts 0.9.0 before 0.10.0.
func compareReleases(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return cmp.Compare(x, y)
	})
}
