package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leftOut are modules that nobody waits for while the demo is compiled: the stubs keep them out.
var leftOut = []string{
	"k8s.io/", "sigs.k8s.io/", "cloud.google.com/go/", "github.com/envoyproxy/", "github.com/googleapis/",
	"github.com/aws/aws-sdk-go-v2/service/ecs", "github.com/aws/aws-sdk-go-v2/service/lambda", "github.com/aws/aws-sdk-go-v2/service/bedrockagentcore",
}

// TestTheDemoLinksNoClientsOfClouds fails when another version of a server brings back what the stubs leave out.
func TestTheDemoLinksNoClientsOfClouds(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	linked := strings.Fields(string(out))
	require.Greater(t, len(linked), 1000)
	assert.Less(t, len(linked), 1800)
	for _, module := range leftOut {
		found := lo.Filter(linked, func(path string, _ int) bool { return strings.HasPrefix(path, module) && !allowed(path) })
		assert.Empty(t, found, "linked again: see stubs/README.md")
	}
}

// allowed are the stubs themselves, and the small module that finds out whether this is a machine of Google's.
func allowed(path string) bool {
	return path == "cloud.google.com/go/storage" || strings.HasPrefix(path, "cloud.google.com/go/compute/metadata")
}
