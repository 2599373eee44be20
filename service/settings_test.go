package service

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestComplaintsAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	var c Complaints
	require.NoError(t, c.Err())
	c.AddUnless(true, "DESPACHO_A", "never said")
	c.AddUnless(false, "DESPACHO_B", "%d is too many", 7)
	c.Add("DESPACHO_C", "is missing")
	require.EqualError(t, c.Err(), "DESPACHO_B: 7 is too many\nDESPACHO_C: is missing")
}

func TestVariablesThatAreSetToNothingHaveTheirDefault(t *testing.T) {
	t.Setenv("SERVICE_TEST_EMPTY", " ")
	t.Setenv("SERVICE_TEST_SET", "5")
	var grammar struct {
		Do struct {
			Empty int `env:"SERVICE_TEST_EMPTY" default:"3"`
			Set   int `env:"SERVICE_TEST_SET" default:"3"`
		} `cmd:""`
	}
	parser, err := kong.New(&grammar)
	require.NoError(t, err)
	DropEmpty(parser.Model.Node)
	_, err = parser.Parse([]string{"do"})
	require.NoError(t, err)
	assert.Equal(t, 3, grammar.Do.Empty)
	assert.Equal(t, 5, grammar.Do.Set)
}

func TestValidListen(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:9090": true, ":0": true, "[::1]:80": true, "localhost:80": true,
		"localhost": false, "127.0.0.1:70000": false, "a b:80": false, "host:http": false, "": false,
	} {
		assert.Equal(t, want, ValidListen(address), address)
	}
}

func TestMisspeltVariables(t *testing.T) {
	t.Parallel()
	environment := []string{
		"DESPACHO_MERCHNAT=x", "DESPACHO_MERCHANT=x", "HOME=/", "DESPACHO_A=", "DESPACHO_GATEWAY_LISTEN=:1",
		"DESPACHO_WEBHOOK_SOURCES=x", "DESPACHO_WEBHOOK_OUT=x", "DESPACHO_WEBHOOK_SAUCES=x",
	}
	worker := EnvironmentFamily{
		Ours: []string{"DESPACHO_"}, Others: []string{"DESPACHO_GATEWAY_", "DESPACHO_WEBHOOK_"}, Known: []string{"DESPACHO_MERCHANT", "DESPACHO_WEBHOOK_OUT"},
	}
	assert.Equal(t, []string{"DESPACHO_A", "DESPACHO_MERCHNAT"}, worker.misspelt(environment))
	gateway := EnvironmentFamily{
		Ours: worker.Others, Others: []string{"DESPACHO_WEBHOOK_OUT"}, Known: []string{"DESPACHO_GATEWAY_LISTEN", "DESPACHO_WEBHOOK_SOURCES"},
	}
	assert.Equal(t, []string{"DESPACHO_WEBHOOK_SAUCES"}, gateway.misspelt(environment))
}
