package service

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// Complaints collects what is wrong with settings, to report all of it at once.
type Complaints []error

// Add adds a complaint about a variable. A complaint must not quote a secret.
func (c *Complaints) Add(variable, format string, arguments ...any) {
	*c = append(*c, fmt.Errorf("%s: %w", variable, fmt.Errorf(format, arguments...)))
}

// AddUnless adds a complaint when ok is false.
func (c *Complaints) AddUnless(ok bool, variable, format string, arguments ...any) {
	if !ok {
		c.Add(variable, format, arguments...)
	}
}

// Err returns all complaints as one error, nil if there are none.
func (c Complaints) Err() error { return errors.Join(c...) }

// Variables lists the variables that the fields of a struct of settings read, in their order.
func Variables[Settings any]() []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if name := field.Tag.Get("env"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Defaults are the defaults of a struct of settings, whatever the environment says.
func Defaults[Settings any]() Settings {
	var grammar struct {
		Settings Settings `embed:""`
	}
	parser := kong.Must(&grammar)
	for _, flag := range parser.Model.Flags {
		flag.Tag.Envs = nil
	}
	_, err := parser.Parse(nil)
	parser.FatalIfErrorf(err)
	return grammar.Settings
}

// dropMalformed removes variables that cannot be read as their type from the grammar, so that
// the default counts, and returns a complaint about each. Variables that are set to nothing are
// removed too: compose and Kubernetes set a variable to nothing when it is not given.
func dropMalformed(node *kong.Node) (complaints []error) {
	for _, flag := range node.Flags {
		flag.Tag.Envs = slices.DeleteFunc(flag.Tag.Envs, func(variable string) bool {
			text, set := os.LookupEnv(variable)
			if !set || strings.TrimSpace(text) == "" {
				return set
			}
			err := decodeFlag(flag, text)
			if err != nil {
				complaints = append(complaints, fmt.Errorf("%s: %q is not %s; leave it empty for %s", variable, text, kindOf(flag.Target), cmp.Or(flag.Default, "none")))
			}
			return err != nil
		})
	}
	for _, child := range node.Children {
		complaints = append(complaints, dropMalformed(child)...)
	}
	return complaints
}

func decodeFlag(flag *kong.Flag, text string) error {
	scanner := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: text})
	return flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scanner}, reflect.New(flag.Target.Type()).Elem())
}

func kindOf(target reflect.Value) string {
	switch {
	case target.Type().PkgPath() == "time":
		return "a duration such as 30s"
	case target.CanInt():
		return "a whole number"
	case target.CanFloat():
		return "a number"
	}
	if target.Kind() == reflect.Map {
		return "a list of name=value with semicolons between them"
	}
	return "a value of the right kind"
}

var hostPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

// ValidListen tells whether text is a host:port to listen on; port 0 takes a free one.
func ValidListen(text string) bool {
	host, port, err := net.SplitHostPort(text)
	_, notAddress := netip.ParseAddr(cmp.Or(host, "0.0.0.0"))
	number, notNumber := strconv.Atoi(port)
	return err == nil && (notAddress == nil || hostPattern.MatchString(host)) && notNumber == nil && number >= 0 && number <= 65535
}

// DropEmpty removes variables that are set to nothing from the grammar, so that the default
// counts: compose and Kubernetes set a variable to nothing when it is not given.
func DropEmpty(node *kong.Node) {
	for _, flag := range node.Flags {
		flag.Tag.Envs = slices.DeleteFunc(flag.Tag.Envs, func(variable string) bool {
			text, set := os.LookupEnv(variable)
			return set && strings.TrimSpace(text) == ""
		})
	}
	for _, child := range node.Children {
		DropEmpty(child)
	}
}
