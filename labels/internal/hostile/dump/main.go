// Command dump writes the hostile files into a folder, to be measured with the programs that read
// them.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/despacho/despacho/labels/internal/hostile"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dump FOLDER")
		os.Exit(2)
	}
	for name, file := range hostile.Files() {
		name = strings.NewReplacer(" ", "-", ":", "", "/", "-").Replace(name)
		if err := os.WriteFile(filepath.Join(os.Args[1], name), file(), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
