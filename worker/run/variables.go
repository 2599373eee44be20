package run

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// DefaultSettings are the defaults of all settings, whatever the environment
// says; Merchant and a token are still to be filled in.
func DefaultSettings() Settings {
	var grammar struct {
		Flags flags `embed:""`
	}
	parser := kong.Must(&grammar)
	for _, flag := range parser.Model.Flags {
		flag.Tag.Envs = nil
	}
	_, err := parser.Parse(nil)
	parser.FatalIfErrorf(err)
	return Settings(grammar.Flags)
}

// Variables lists the DESPACHO_* variables that Settings reads, in their order.
func Variables() []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if name := field.Tag.Get("env"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// unknownVariables lists the DESPACHO_* variables of an environment that no
// setting reads: most likely misspelt.
func unknownVariables(environment []string) []string {
	known := Variables()
	var unknown []string
	for _, entry := range environment {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "DESPACHO_") && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// dropMalformed takes the variables that cannot be read as their type out of
// the grammar, so that defaults stand in, and complains about each. Variables
// that are set to nothing are left out as well: compose and Kubernetes set
// those so that are left open.
func dropMalformed(node *kong.Node) (complaints []error) {
	for _, flag := range node.Flags {
		flag.Tag.Envs = slices.DeleteFunc(flag.Tag.Envs, func(variable string) bool {
			text, set := os.LookupEnv(variable)
			if !set || strings.TrimSpace(text) == "" {
				return set
			}
			err := decode(flag, text)
			if err != nil {
				complaints = append(complaints, fmt.Errorf("%s: %q is not %s; leave it empty for %s", variable, text, kindOf(flag.Target), flag.Default))
			}
			return err != nil
		})
	}
	for _, child := range node.Children {
		complaints = append(complaints, dropMalformed(child)...)
	}
	return complaints
}

func decode(flag *kong.Flag, text string) error {
	scanner := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: text})
	return flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scanner}, reflect.New(flag.Target.Type()).Elem())
}

func kindOf(target reflect.Value) string {
	switch {
	case target.Type().PkgPath() == "time":
		return "a span of time such as 30s"
	case target.CanInt():
		return "a whole number"
	case target.CanFloat():
		return "a number"
	}
	return "of the kind that is needed"
}
