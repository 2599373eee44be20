// Package version says which despacho a program was built from: release, commit and Go version.
package version

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// release is the tag without its v. A release's build sets it:
//
//	-ldflags "-X github.com/despacho/despacho/service/version.release=0.1.0"
var release string

// Unreleased is the version of a program that was built from no tag.
const Unreleased = "unreleased"

// Info is what a program knows about its own build. Texts that are not known are empty.
type Info struct {
	Release  string // 0.1.0, or [Unreleased]
	Revision string // the commit's hash, with -modified behind it if files differed
	Go       string // go1.26.8
}

// Read returns the version of the running program.
func Read() Info {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	return read(release, build)
}

func read(release string, build *debug.BuildInfo) Info {
	tag := strings.TrimPrefix(build.Main.Version, "v")
	if tag == "(devel)" || strings.Contains(tag, "-0.") || strings.Contains(tag, "+") {
		tag = ""
	}
	info := Info{Release: cmp.Or(release, tag, Unreleased), Go: cmp.Or(build.GoVersion, runtime.Version())}
	settings := map[string]string{}
	for _, setting := range build.Settings {
		settings[setting.Key] = setting.Value
	}
	info.Revision = settings["vcs.revision"]
	if info.Revision != "" && settings["vcs.modified"] == "true" {
		info.Revision += "-modified"
	}
	return info
}

// String is one line: 0.1.0 (commit 1a2b3c4d5e6f, go1.26.8).
func (i Info) String() string {
	if i.Revision == "" {
		return fmt.Sprintf("%s (%s)", i.Release, i.Go)
	}
	commit, modified, _ := strings.Cut(i.Revision, "-")
	if len(commit) > 12 {
		commit = commit[:12]
	}
	if modified != "" {
		commit += "-" + modified
	}
	return fmt.Sprintf("%s (commit %s, %s)", i.Release, commit, i.Go)
}
