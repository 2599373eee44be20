package secretfile

import (
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kong"
)

// RefuseArguments is an error if a secret was given as a flag's value, where every user of the machine
// can read it in the list of processes.
func RefuseArguments(parsed *kong.Context) error {
	var wrong []error
	for _, element := range parsed.Path {
		if element.Flag == nil || element.Resolved {
			continue
		}
		if variable := element.Flag.Tag.Get("env"); slices.Contains(variables, variable) {
			wrong = append(wrong, fmt.Errorf("--%s: others can read it in the list of processes; set %s, or write the secret into a file and name that in %s",
				element.Flag.Name, variable, FileVariable(variable)))
		}
	}
	return errors.Join(wrong...)
}
