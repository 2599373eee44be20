package run

import (
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/starter/terminal"
)

// sums counts what a report told.
type sums struct{ files, unusable, labels int }

func (s *sums) add(in check.Input) {
	s.files++
	s.labels += in.Labels
	if !in.OK {
		s.unusable++
	}
}

func (s sums) String() string {
	words := fmt.Sprintf("%s, %s", terminal.Count(s.files, "file"), terminal.Count(s.labels, "label"))
	if s.unusable > 0 {
		return words + fmt.Sprintf("; %s cannot be used or only partly", terminal.Count(s.unusable, "file"))
	}
	return words
}

// inputsAsText writes one paragraph per file as they come; nil ends with the sums.
func (d desk) inputsAsText() func(*check.Input) error {
	var total sums
	return func(in *check.Input) error {
		if in == nil {
			_, err := fmt.Fprintf(d.Out, "\n%s\n", total)
			return err
		}
		total.add(*in)
		return d.printInput(*in)
	}
}

func (d desk) printInput(in check.Input) error {
	lines := []string{fmt.Sprintf("%s %s: %s", lo.Ternary(in.OK, "ok ", "NO "), terminal.Plain(in.File), in.Summary())}
	if in.Reason != "" {
		lines = append(lines, "why: "+terminal.Plain(in.Reason))
	}
	if len(in.Pages) > 0 {
		lines = append(lines, "size: "+pageWords(in.Pages))
	}
	if len(in.IDs) > 0 {
		const told = 8
		ids := strings.Join(in.IDs[:min(told, len(in.IDs))], ", ")
		if more := len(in.IDs) - told; more > 0 {
			ids += fmt.Sprintf(" and %d more", more)
		}
		lines = append(lines, "ids: "+terminal.Plain(ids))
	}
	for _, change := range in.Changes {
		lines = append(lines, "change: "+terminal.Plain(change))
	}
	if in.NarrowBars > 0 {
		lines = append(lines, fmt.Sprintf("warning: %s shrunk until bars may be narrower than 0.25 mm: scan before you use them, or choose a larger stock", terminal.Count(in.NarrowBars, "label")))
	}
	_, err := fmt.Fprintln(d.Out, strings.Join(lines, "\n      "))
	return err
}

// pageWords writes page sizes once each, with how many there are.
func pageWords(pages []check.Page) string {
	counts := map[string]int{}
	var sizes []string
	for _, p := range pages {
		size := fmt.Sprintf("%g × %g mm", p.Width, p.Height)
		if p.Rotate != 0 {
			size += fmt.Sprintf(" turned by %d°", p.Rotate)
		}
		if counts[size]++; counts[size] == 1 {
			sizes = append(sizes, size)
		}
	}
	return strings.Join(lo.Map(sizes, func(size string, _ int) string {
		if counts[size] == 1 {
			return size
		}
		return fmt.Sprintf("%d of %s", counts[size], size)
	}), ", ")
}

// printJoined tells of each file that was left out or changed, and what was
// made; a file that went in as it came is only counted.
func (d desk) printJoined(joined join.Joined) error {
	var total sums
	for _, in := range joined.Inputs {
		total.add(in)
		if in.OK && in.Labels > 0 && len(in.Changes) == 0 {
			continue
		}
		if err := d.printInput(in); err != nil {
			return err
		}
	}
	d.print("\n%s", total)
	if len(joined.Files) == 0 {
		d.print("nothing to join: no file was written")
	}
	for _, f := range joined.Files {
		pages := lo.Ternary(f.Pages > 0, ", "+terminal.Count(f.Pages, "page"), "")
		d.print("%s  %s%s, %s, sha256 %s", terminal.Plain(f.Out), terminal.Count(f.Labels, "label"), pages, terminal.SizeWords(f.Bytes), f.SHA256[:12])
	}
	return nil
}
