// Command release makes what goes into a release beside its programs: the licences of others
// (`notices`) and the list of what an archive holds (`sbom`). deploy/goreleaser.yaml calls it.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

var commandLine struct {
	Notices noticesCommand `cmd:"" help:"Write the licences of everything that the programs are linked with, and fail when one does not go with ours."`
	SBOM    sbomCommand    `cmd:"" name:"sbom" help:"Write what an archive's programs are made of, as CycloneDX."`
	Try     tryCommand     `cmd:"" help:"Look at every archive that goreleaser has made, and run the programs of the one for this machine."`
}

func main() {
	parsed := kong.Parse(&commandLine, kong.Name("release"), kong.Description("Makes what goes into a release beside its programs."))
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
