package check

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/budget"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// checking collects what is found in one file and in the files within it.
type checking struct {
	Checked
	cut     Cut
	within  bool // the file is an archive
	refused []string
	files   int
	aside   []string // the names of files that computers keep for themselves
	keep    bool     // the labels are wanted, not only the report
}

// mostInArchive is how many files an archive may hold.
const mostInArchive = 50_000

// checkFile opens a file and everything in it.
func checkFile(ctx context.Context, name string, file OpenFile, cut Cut) Checked {
	c := checking{Checked: Checked{Input: empty(name)}, cut: cut, keep: cut != None}
	limits := bundle.Limits{Files: mostInArchive, Budget: budget.New(ctx, budget.For(file.Size()))}
	for f, err := range bundle.Files(name, file, file.Size(), limits) {
		if err != nil {
			c.refuseWhole(err)
			return c.Checked
		}
		c.within = f.Name != name
		c.Kind = cmp.Or(kinds[f.Kind], Unknown)
		if c.within {
			c.Kind = Zip
		}
		c.files++
		c.add(f)
	}
	c.summarise()
	return c.Checked
}

func (c *checking) summarise() {
	if len(c.aside) > 0 {
		const told = 4
		names := lo.Uniq(c.aside)
		c.Changes = append(c.Changes, fmt.Sprintf("left aside %d files that computers keep for themselves: %s%s",
			len(c.aside), strings.Join(names[:min(told, len(names))], ", "), lo.Ternary(len(names) > told, ", …", "")))
	}
	c.IDs, c.Changes = lo.Uniq(c.IDs), lo.Uniq(c.Changes)
	c.OK = len(c.refused) == 0 && c.files > 0
	switch {
	case c.files == 0:
		c.Kind = Zip
		c.Reason = "the archive is empty"
	case len(c.refused) == 1:
		c.Reason = c.refused[0]
	case len(c.refused) > 1:
		const told = 20
		c.Reason = strings.Join(c.refused[:min(told, len(c.refused))], "; ")
		if more := len(c.refused) - told; more > 0 {
			c.Reason += fmt.Sprintf("; and %d more", more)
		}
	}
}

func (c *checking) add(f bundle.File) {
	if f.Unescaped != "" {
		c.change(f, "unescaped: "+f.Unescaped)
	}
	switch {
	case f.Kind == bundle.Housekeeping:
		c.aside = append(c.aside, f.Name[strings.LastIndexAny(f.Name, `!/\`)+1:])
	case f.WhyDamaged != "":
		c.refuse(f, f.WhyDamaged)
	case f.Kind == bundle.Workbook:
		c.change(f, "a workbook: not printed")
	case labels.IsControlFile(f):
		c.change(f, "a control file: not printed")
	case f.Kind == bundle.PDF:
		c.addPDF(f)
	case f.Kind == bundle.ZPL:
		c.addZPL(f)
	default:
		c.refuse(f, noLabel[f.Kind])
	}
}

var noLabel = map[bundle.Kind]string{
	bundle.Empty:   "the file is empty",
	bundle.HTML:    "the file is a web page, not a label",
	bundle.Image:   "the file is a picture; labels are PDF or ZPL",
	bundle.Archive: "the archive is damaged",
	bundle.Unknown: "the file is not a label: it is neither PDF nor ZPL",
}

// at says where something was found: within an archive it names the file.
func (c *checking) at(f bundle.File, what string) string {
	if !c.within {
		return what
	}
	return strings.TrimPrefix(f.Name, c.File+"!") + ": " + what
}

func (c *checking) change(f bundle.File, what string) {
	c.Changes = append(c.Changes, c.at(f, what))
}

func (c *checking) refuse(f bundle.File, why string) {
	c.refused = append(c.refused, c.at(f, why))
}

func (c *checking) addZPL(f bundle.File) {
	units, report := zpl.SplitWithin(f.Budget, f.Data)
	if report.Broken != "" {
		c.refuse(f, report.Broken)
		return
	}
	if len(units) == 0 {
		c.refuse(f, "the file prints nothing")
	}
	for _, removed := range report.Removed {
		c.change(f, removed.String())
	}
	for _, repair := range report.Repairs {
		c.change(f, repair)
	}
	for i, u := range units {
		of := ""
		if len(units) > 1 {
			of = fmt.Sprintf("label %d: ", i+1)
		}
		if u.Broken != "" {
			c.refuse(f, of+u.Broken)
			continue
		}
		for _, repair := range u.Repairs {
			c.change(f, of+repair)
		}
		texts := zpl.Texts(u)
		c.IDs = append(c.IDs, idsOf(texts)...)
		if width, height := u.SizeInDots(); width > 0 && height > 0 {
			c.Pages = append(c.Pages, Page{Width: inDots(width), Height: inDots(height)})
		}
		if c.keep {
			c.Printable = append(c.Printable, Label{Format: labels.ZPL, Units: []zpl.Unit{u}, Texts: texts})
		}
		c.sums = append(c.sums, sumOf(u.Data))
		c.Labels++
	}
}

func inDots(dots int) float64 { return tenths(float64(dots) / 8) }

func inPoints(points float64) float64 { return tenths(points * 25.4 / 72) }

func tenths(millimetres float64) float64 { return math.Round(millimetres*10) / 10 }

// openPDF opens a file, treating each page as a label, and reports what was changed.
func (c *checking) openPDF(f bundle.File) (pdf.Document, error) {
	document, err := pdf.Check(f.Data, pdf.Limits{Budget: f.Budget})
	if err != nil {
		return document, err
	}
	document, sheets, err := document.CutSheets(labels.HasControlHeading)
	for _, sheet := range sheets {
		c.change(f, sheet.String())
	}
	if document.Repaired != "" {
		c.change(f, document.Repaired)
	}
	for _, removed := range document.Removed {
		c.change(f, "removed "+removed.String())
	}
	return document, err
}

func (c *checking) addPDF(f bundle.File) {
	document, err := c.openPDF(f)
	if err != nil {
		c.refuse(f, err.Error())
		return
	}
	var kept []int
	texts := map[int][]string{}
	repeats := document.Repeats()
	for i := range document.Pages {
		content := document.Content(i)
		texts[i] = strings.Split(content.Text, "\n")
		broken := document.WhyBroken(i)
		switch {
		case broken != "":
			c.refuse(f, document.PageName(i)+": "+broken)
		case content.Blank:
			c.change(f, document.PageName(i)+" is blank: left out")
		case labels.HasControlHeading(content.Text):
			c.change(f, document.PageName(i)+" is a control list: not printed")
		default:
			kept = append(kept, i)
			for _, note := range content.Notes {
				c.change(f, document.PageName(i)+": "+note)
			}
			if first, ok := repeats[i]; ok {
				c.change(f, document.PageName(i)+" is "+document.PageName(first)+" again: printed again")
			}
		}
	}
	whole := sumOf(f.Data)
	for _, i := range kept {
		size := document.Sizes[i]
		c.Pages = append(c.Pages, Page{Width: inPoints(size.Width), Height: inPoints(size.Height), Rotate: document.Rotation(i)})
		c.IDs = append(c.IDs, idsOf(texts[i])...)
		c.sums = append(c.sums, whole.ofPage(i))
	}
	c.Labels += len(kept)
	if err := c.addPages(document, kept, texts); err != nil {
		c.Labels -= len(kept)
		c.Pages = c.Pages[:len(c.Pages)-len(kept)]
		c.sums = c.sums[:len(c.sums)-len(kept)]
		c.refuse(f, err.Error())
	}
}

// addPages makes labels of pages.
func (c *checking) addPages(document pdf.Document, kept []int, texts map[int][]string) error {
	if !c.keep {
		return nil
	}
	var groups [][]int
	for _, i := range kept {
		if len(groups) == 0 || c.cut == PageByPage || c.cut == ByID && len(idsOf(texts[i])) > 0 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], i)
	}
	for _, pages := range groups {
		part := document
		if len(pages) < document.Pages {
			var err error
			if part, err = document.Part(pages...); err != nil {
				return err
			}
		}
		words := lo.FlatMap(pages, func(i int, _ int) []string { return texts[i] })
		c.Printable = append(c.Printable, Label{Format: labels.PDF, Document: part, Texts: words})
	}
	return nil
}

// Summary is the report in one line, for people.
func (in Input) Summary() string {
	switch {
	case in.Labels == 0 && !in.OK:
		return string(in.Kind) + ", cannot be used"
	case in.Labels == 0:
		return string(in.Kind) + ", nothing to print"
	}
	words := string(in.Kind) + ", " + strconv.Itoa(in.Labels) + lo.Ternary(in.Labels == 1, " label", " labels")
	return words + lo.Ternary(in.OK, "", ", not all of it can be used")
}
