package main

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// configuration is what of deploy/goreleaser.yaml is held here; `make snapshot` lets goreleaser check the rest.
type configuration struct {
	Dist   string
	Before struct{ Hooks []string }
	Builds []struct {
		ID, Main, Binary          string
		Env, Flags, Tags, Ldflags []string
		Goos, Goarch              []string
		Timestamp                 string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		Files []struct {
			Src, Dst string
			Info     struct{ Mtime string }
		}
		Builds struct{ Mtime string } `yaml:"builds_info"`
	}
}

func readConfiguration(t *testing.T) (c configuration) {
	t.Helper()
	require.NoError(t, yaml.Unmarshal([]byte(textOf(t, "../goreleaser.yaml")), &c))
	return c
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestEveryProgramIsBuiltInOneWay(t *testing.T) {
	t.Parallel()
	c := readConfiguration(t)
	built := map[string]string{}
	for _, build := range c.Builds {
		built[build.Binary] = build.Main
		assert.Equal(t, build.Binary, build.ID)
		assert.Equal(t, []string{"CGO_ENABLED=0"}, build.Env, build.ID)
		assert.Equal(t, []string{"-trimpath", "-buildvcs=true"}, build.Flags, build.ID)
		assert.Equal(t, []string{"timetzdata"}, build.Tags, build.ID)
		assert.Equal(t, systems, build.Goos, build.ID)
		assert.Equal(t, processors, build.Goarch, build.ID)
		assert.Equal(t, "{{ .CommitTimestamp }}", build.Timestamp, build.ID)
		require.Len(t, build.Ldflags, 1, build.ID)
		assert.Contains(t, build.Ldflags[0], "-s -w -X "+ours+"/service/version.release={{ .Version }}", build.ID)
	}
	assert.Equal(t, programs, built)
}

func TestTheImageHoldsTheSamePrograms(t *testing.T) {
	t.Parallel()
	built := map[string]string{}
	for _, found := range regexp.MustCompile(`-o /out/(\S+) (\./\S+)`).FindAllStringSubmatch(textOf(t, "../Dockerfile"), -1) {
		built[found[1]] = found[2]
	}
	assert.Equal(t, programs, built)
}

func TestArchivesHoldWhatMustGoAlong(t *testing.T) {
	t.Parallel()
	c := readConfiguration(t)
	require.Len(t, c.Archives, 1)
	archive := c.Archives[0]
	assert.Equal(t, "{{ .CommitDate }}", archive.Builds.Mtime)
	var names []string
	for _, file := range archive.Files {
		names = append(names, cmp.Or(file.Dst, file.Src))
		assert.Equal(t, "{{ .CommitDate }}", file.Info.Mtime, file.Src)
		if file.Dst == "" {
			_, err := os.Stat(filepath.Join("..", "..", file.Src))
			assert.NoError(t, err)
		}
	}
	assert.Equal(t, []string{"LICENSE", "README.md", "README.es.md", "CHANGELOG.md", "SECURITY.md", "THIRD-PARTY.txt"}, names)
	assert.True(t, lo.SomeBy(c.Before.Hooks, func(hook string) bool {
		return strings.HasSuffix(hook, "./deploy/release notices --out out/THIRD-PARTY.txt")
	}))
}
