package compose

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const dockerfile = root + "/deploy/Dockerfile"

func TestTheImageHoldsEveryProgram(t *testing.T) {
	t.Parallel()
	built := map[string]string{}
	for _, one := range regexp.MustCompile(`go build .* -o /out/(\S+) (\S+)`).FindAllStringSubmatch(text(t, dockerfile), -1) {
		built[one[1]] = one[2]
		assert.FileExists(t, root+"/"+one[2]+"/main.go")
	}
	project := example(t)
	for _, name := range ours {
		program := "worker"
		if entrypoint := project.Services[name].Entrypoint; len(entrypoint) > 0 {
			program = entrypoint[0]
		}
		assert.Contains(t, built, program, name)
	}
	assert.Contains(t, text(t, dockerfile), `ENTRYPOINT ["worker"]`)
}

func TestTheImageIsBuiltAloneAndRunsWithoutRights(t *testing.T) {
	t.Parallel()
	content := text(t, dockerfile)
	build, image, two := strings.Cut(content, "\nFROM scratch\n")
	require.True(t, two, "what builds is not what runs")
	assert.Contains(t, build, "CGO_ENABLED=0 GOWORK=off")
	assert.Contains(t, build, "-trimpath")
	assert.Contains(t, image, "\nUSER 65532:65532\n")
	assert.Contains(t, image, "ca-certificates.crt")

	version := regexp.MustCompile(`FROM golang:(\d+\.\d+)\S* AS build`).FindStringSubmatch(content)
	required := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(text(t, root+"/go.mod"))
	require.NotNil(t, version)
	assert.Equal(t, required[1], version[1])
	ignored := lines(t, dockerfile+".dockerignore")
	for _, secret := range []string{".env", "hub-token", ".git"} {
		assert.Contains(t, ignored, secret)
	}
}
