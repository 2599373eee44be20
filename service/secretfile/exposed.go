package secretfile

import (
	"io/fs"
	"os"
	"runtime"

	"github.com/despacho/despacho/service/wholefile"
)

// othersMay are the rights that users of the machine other than owner and group have.
const othersMay fs.FileMode = 0o006

// Exposed lists the variables of the environment whose files other users of this machine can read or
// change, although this user could forbid it. Files of others are left out: in containers and in
// Kubernetes secrets are mounted, belong to root, and are usually readable by all in the container.
func Exposed() (exposed []string) {
	if runtime.GOOS == "windows" { // rights are kept elsewhere than in the mode
		return nil
	}
	for _, variable := range variables {
		about, err := os.Stat(os.Getenv(FileVariable(variable)))
		if err == nil && about.Mode().IsRegular() && about.Mode().Perm()&othersMay != 0 && wholefile.Ours(about) {
			exposed = append(exposed, variable)
		}
	}
	return exposed
}
