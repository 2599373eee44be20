package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFlags(t *testing.T) {
	t.Parallel()

	t.Run("without any, a run over 110 orders of seed 1 at 600 times the speed", func(t *testing.T) {
		t.Parallel()
		given, err := parse(nil)
		require.NoError(t, err)
		assert.Equal(t, 110, given.Orders)
		assert.Equal(t, int64(1), given.Seed)
		assert.InDelta(t, 600, given.hubSpeed(), 0)
	})

	t.Run("another hub runs at our speed when not said otherwise", func(t *testing.T) {
		t.Parallel()
		given, err := parse([]string{"--hub", "https://hub.example.com", "--merchant", "m"})
		require.NoError(t, err)
		assert.InDelta(t, 1, given.hubSpeed(), 0)
		given, err = parse([]string{"--hub", "https://hub.example.com", "--merchant", "m", "--speed", "60"})
		require.NoError(t, err)
		assert.InDelta(t, 60, given.hubSpeed(), 0)
	})

	t.Run("paths are absolute, for the working directory moves", func(t *testing.T) {
		t.Parallel()
		given, err := parse([]string{"--json", "a.json", "--env", "b", "--data", "c", "--faults", "flags.go", "--labels", "."})
		require.NoError(t, err)
		for _, path := range []string{given.JSON, given.Env, given.Data, given.Faults, given.Labels} {
			assert.True(t, filepath.IsAbs(path), path)
		}
	})

	for name, test := range map[string]struct {
		arguments []string
		says      string
	}{
		"no orders":                         {[]string{"--orders", "0"}, "--orders"},
		"a Temporal without a port":         {[]string{"--temporal", "localhost"}, "--temporal"},
		"the web UI of the demo's Temporal": {[]string{"--temporal-ui", "http://h"}, "--temporal-ui"},
		"a clock that runs backwards":       {[]string{"--speed=-1"}, "--speed"},
		"waiting for no run":                {[]string{"--no-run", "--once"}, "--once"},
		"a result of no run":                {[]string{"--no-run", "--json", "x"}, "--json"},
		"a port beyond the last":            {[]string{"--ui-port", "70000"}, "--ui-port"},
		"a merchant without a hub":          {[]string{"--merchant", "m"}, "--merchant"},
		"a token without a hub":             {[]string{"--token-file", "flags.go"}, "token"},
		"a hub without a merchant":          {[]string{"--hub", "https://h"}, "--merchant"},
		"a hub that is no URL":              {[]string{"--hub", "h:1", "--merchant", "m"}, "--hub"},
		"a hub with a password":             {[]string{"--hub", "https://a:b@h", "--merchant", "m"}, "without user"},
		"faults of another hub":             {[]string{"--hub", "https://h", "--merchant", "m", "--faults", "flags.go"}, "--faults"},
		"task time of another hub":          {[]string{"--hub", "https://h", "--merchant", "m", "--task-time", "8s+1s"}, "--task-time"},
		"a task time that is none":          {[]string{"--task-time", "soon"}, "8s+1s"},
		"labels of another hub":             {[]string{"--hub", "https://h", "--merchant", "m", "--labels", "."}, "--labels"},
		"a token beside OAuth":              {[]string{"--hub", "https://h", "--token-file", "flags.go", "--client-id", "1"}, "--client-id"},
		"an application without its secret": {[]string{"--hub", "https://h", "--client-id", "1"}, "--client-secret-file"},
		"a code without an application":     {[]string{"--hub", "https://h", "--merchant", "m", "--code", "ac-1"}, "--code"},
		"OAuth of the sandbox":              {[]string{"--client-id", "1"}, "--client-id"},
		"a secret for all to see":           {[]string{"--hub", "https://h", "--client-id", "1", "--client-secret", "s"}, "list of processes"},
		"a gateway without a port":          {[]string{"--gateway", "localhost"}, "--gateway"},
		"a fault plan that is not there":    {[]string{"--faults", "no-such-file"}, "no-such-file"},
		"two wrong things, both are named":  {[]string{"--orders", "0", "--merchant", "m"}, "--merchant"},
		"an argument that nothing asks for": {[]string{"run"}, "run"},
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(test.arguments)
			require.ErrorContains(t, err, test.says)
			assert.NotContains(t, err.Error(), "a:b", "a password is not repeated")
		})
	}
}

func TestTheTokenOfAnotherHub(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("from-file\n"), 0o600))

	t.Run("comes from the file that is named", func(t *testing.T) {
		token, err := (&flags{TokenFile: file}).hubToken()
		require.NoError(t, err)
		assert.Equal(t, "from-file", token)
	})
	t.Run("comes from DESPACHO_TOKEN when no flag gives it", func(t *testing.T) {
		t.Setenv("DESPACHO_TOKEN", "from-environment")
		token, err := (&flags{}).hubToken()
		require.NoError(t, err)
		assert.Equal(t, "from-environment", token)
	})
	t.Run("is asked for when nothing gives it", func(t *testing.T) {
		t.Setenv("DESPACHO_TOKEN", "")
		_, err := (&flags{}).hubToken()
		require.ErrorContains(t, err, "--token-file")
	})
	t.Run("is not repeated when it cannot be one", func(t *testing.T) {
		t.Setenv("DESPACHO_TOKEN", "secret words")
		_, err := (&flags{}).hubToken()
		require.ErrorContains(t, err, "DESPACHO_TOKEN")
		assert.NotContains(t, err.Error(), "secret")
	})
}
