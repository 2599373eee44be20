package version

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestVersionOfABuild(t *testing.T) {
	t.Parallel()
	const commit = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"
	built := func(main string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: main}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: commit}
	modified := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for name, c := range map[string]struct {
		release string
		build   *debug.BuildInfo
		says    string
	}{
		"a release says its tag":              {"0.1.0", built("(devel)", revision), "0.1.0 (commit 1a2b3c4d5e6f, go1.26.8)"},
		"go install of a tag says it":         {"", built("v0.1.0"), "0.1.0 (go1.26.8)"},
		"a checkout is no release":            {"", built("(devel)", revision), "unreleased (commit 1a2b3c4d5e6f, go1.26.8)"},
		"nor is a commit after a tag":         {"", built("v0.1.1-0.20261129120000-1a2b3c4d5e6f", revision), "unreleased (commit 1a2b3c4d5e6f, go1.26.8)"},
		"changed files are told":              {"", built("v0.1.0+dirty", revision, modified), "unreleased (commit 1a2b3c4d5e6f-modified, go1.26.8)"},
		"without a repository Go's is enough": {"", built(""), "unreleased (go1.26.8)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.says, read(c.release, c.build).String())
		})
	}
	assert.NotEmpty(t, Read().Go)
}
