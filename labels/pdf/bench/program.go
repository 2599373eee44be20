package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/despacho/despacho/labels/pdf"
)

const (
	joinChecked = "join-checked"
	pdfunite    = "pdfunite"
	output      = "joined.out"
	listed      = "files.txt"
)

// program is one way to join files; it runs in their folder.
type program struct {
	name    string
	command func(names []string) []string
}

type result struct {
	seconds   float64
	processor float64 // seconds of all cores
	peak      int64   // bytes
}

// programs are those that are installed here, with a note for each that is not.
func programs(starter string) (found []program, notes []string) {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	if path, err := filepath.Abs(starter); err == nil {
		starter = path
	}
	all := []program{
		{"ours, checked before", func([]string) []string { return []string{self, joinChecked, listed, output} }},
		{"ours, with its checks", func([]string) []string {
			return []string{starter, "labels", "join", "--stock", "as-is", "--files-from", listed, "--out", "ours.pdf"}
		}},
		{pdfunite, func(names []string) []string { return append(slices.Concat([]string{pdfunite}, names), output) }},
		{"mutool merge", func(names []string) []string { return append([]string{"mutool", "merge", "-o", output}, names...) }},
		{"qpdf", func(names []string) []string {
			return append(slices.Concat([]string{"qpdf", "--empty", "--pages"}, names), "--", output)
		}},
	}
	packages := map[string]string{pdfunite: "poppler-utils", "mutool merge": "mupdf-tools", "qpdf": "qpdf"}
	for _, p := range all {
		if _, err := exec.LookPath(p.command(nil)[0]); err != nil {
			notes = append(notes, fmt.Sprintf("left out: %s, which is not installed %s", p.name, packages[p.name]))
			continue
		}
		found = append(found, p)
	}
	return found, notes
}

func (p program) run(dir string, names []string) (result, error) {
	if err := os.WriteFile(filepath.Join(dir, listed), []byte(strings.Join(names, "\n")+"\n"), 0o600); err != nil {
		return result{}, err
	}
	arguments := p.command(names)
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Dir = dir
	start := time.Now()
	said, err := command.CombinedOutput()
	if err != nil {
		return result{}, fmt.Errorf("%s: %w: %s", p.name, err, said[max(0, len(said)-500):])
	}
	seconds := time.Since(start).Seconds()
	ended := command.ProcessState
	return result{seconds: seconds, processor: (ended.UserTime() + ended.SystemTime()).Seconds(), peak: peak(ended)}, nil
}

// joinFiles joins files that were checked before, as a run does when it publishes.
func joinFiles(list, to string) error {
	names, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	_, err = pdf.Join(w, func(yield func([]byte, error) bool) {
		for name := range strings.Lines(string(names)) {
			if data, err := os.ReadFile(strings.TrimSpace(name)); !yield(data, err) || err != nil {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return out.Close()
}
