package secretfile

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASecretIsNoArgument(t *testing.T) {
	type grammar struct {
		Token     string `env:"DESPACHO_TOKEN"`
		TokenFile string `env:"DESPACHO_TOKEN_FILE"`
		Merchant  string `env:"DESPACHO_MERCHANT"`
	}
	t.Setenv("DESPACHO_TOKEN", planted)
	for name, test := range map[string]struct {
		arguments []string
		refused   bool
	}{
		"in the environment":  {nil, false},
		"its file":            {[]string{"--token-file", "f", "--merchant", "m"}, false},
		"as a flag":           {[]string{"--token", planted}, true},
		"as a flag, with =":   {[]string{"--token=" + planted}, true},
		"as a flag, and more": {[]string{"--merchant", "m", "--token", planted}, true},
	} {
		t.Run(name, func(t *testing.T) {
			parser, err := kong.New(&grammar{})
			require.NoError(t, err)
			parsed, err := parser.Parse(test.arguments)
			require.NoError(t, err)
			err = RefuseArguments(parsed)
			if !test.refused {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "--token: others can read it")
			assert.ErrorContains(t, err, "DESPACHO_TOKEN_FILE")
			assert.NotContains(t, err.Error(), planted)
		})
	}
}
