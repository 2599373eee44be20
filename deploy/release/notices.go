package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

//go:embed notices/pdfium.txt
var pdfium string

// rendererNotice is about the renderer of ZPL that browsers get, from the root of the repository.
const rendererNotice = "printing/zplview/assets/NOTICE.txt"

type noticesCommand struct {
	Out string `required:"" placeholder:"FILE" help:"The file to write."`
}

// Run writes the file. Kong calls it.
func (c *noticesCommand) Run() error {
	modules, err := linkedModules()
	if err != nil {
		return err
	}
	goroot, err := runGo([]string{"env", "GOROOT"})
	if err != nil {
		return err
	}
	modules = append([]goModule{{Path: "Go's standard library", Dir: strings.TrimSpace(string(goroot))}}, modules...)
	text, err := notices(modules)
	if err != nil {
		return err
	}
	folder, err := root()
	if err != nil {
		return err
	}
	renderer, err := os.ReadFile(filepath.Join(folder, rendererNotice))
	if err != nil {
		return err
	}
	text += section("PDFium, in github.com/klippa-app/go-pdfium", pdfium) + section("zpl-renderer-js, in the station's page", string(renderer))
	if err := os.MkdirAll(filepath.Dir(c.Out), 0o750); err != nil {
		return err
	}
	return os.WriteFile(c.Out, []byte(text), 0o600)
}

// notices is the text of THIRD-PARTY.txt. One error names every module that may not be linked.
func notices(modules []goModule) (string, error) {
	var text strings.Builder
	text.WriteString("despacho's programs are linked with these works of others. despacho itself: see LICENSE.\n")
	// A text that several modules share stands here once.
	var texts []string
	sharing := map[string][]string{}
	var wrong []error
	for _, module := range modules {
		l, err := licenceOf(module)
		wrong = append(wrong, err)
		fmt.Fprintf(&text, "\n%s: %s", strings.TrimSpace(module.Path+" "+module.Version), strings.Join(l.names, ", "))
		for _, one := range l.texts {
			if sharing[one] == nil {
				texts = append(texts, one)
			}
			sharing[one] = append(sharing[one], module.Path)
		}
	}
	text.WriteString("\n")
	for _, one := range texts {
		text.WriteString(section(strings.Join(sharing[one], "\n"), one))
	}
	return text.String(), errors.Join(wrong...)
}

// section is a text of others under a line that says whose it is.
func section(of, text string) string {
	return fmt.Sprintf("\n%s\n%s\n\n%s\n", strings.Repeat("-", 80), of, strings.TrimSpace(text))
}
