package labels

import (
	"regexp"
	"slices"
	"strings"

	"github.com/despacho/despacho/labels/bundle"
)

var (
	controlWord    = regexp.MustCompile(`(?i)(^|[^\pL])(control|controle|manifiesto|manifesto|manifest|hoja|lista|picking|packing|romaneio|resumen|resumo|summary|cierre|planilla|listado)s?([^\pL]|$)`)
	labelWord      = regexp.MustCompile(`(?i)(^|[^\pL])(etiqueta|label|gu[ií]a|zpl)s?([^\pL]|$)`)
	controlHeading = regexp.MustCompile(`(?i)^[^\pL]*(hoja de|lista de|manifiesto|manifesto|manifest\b|control\b|controle\b|picking|packing list|romaneio|planilla de|listado de|resumen de|resumo d|rela[cç][aã]o d|relaci[oó]n de|identificaci[oó]n (de )?productos|identifica[cç][aã]o (dos )?produtos|despacha tus productos)`)
	oldSuffix      = regexp.MustCompile(`(?i)[ _-]old([ _-]?\d+|\(\d+\))?$`)
	extension      = regexp.MustCompile(`\.[A-Za-z0-9]{1,5}$`)
)

// baseName is the last step of the path within the bundle.
func baseName(name string) string {
	return name[strings.LastIndexAny(name, `!/\`)+1:]
}

// steps are the parts of a name, from the file itself outwards.
func steps(name string) []string {
	parts := strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune(`!/\`, c) })
	slices.Reverse(parts)
	return parts
}

// inName is what a file's name refers to; if that decides nothing, a folder or archive around it
// may.
func (r references) inName(name string) namedOrders {
	var first namedOrders
	for _, step := range steps(name) {
		f := r.find([]string{withoutMarks(step)})
		if _, decides := f.onlyOrder(); decides {
			return f
		}
		if first.none() {
			first = f
		}
	}
	return first
}

func withoutMarks(step string) string {
	return oldSuffix.ReplaceAllString(extension.ReplaceAllString(step, ""), "")
}

func isOld(name string) bool {
	return oldSuffix.MatchString(extension.ReplaceAllString(baseName(name), ""))
}

// IsControlFile reports whether a file is a control file by its name. ZPL never is: control files
// are lists on paper.
func IsControlFile(file bundle.File) bool {
	name := baseName(file.Name)
	return file.Kind != bundle.ZPL && controlWord.MatchString(name) && !labelWord.MatchString(extension.ReplaceAllString(name, ""))
}

// HasControlHeading reports whether a page's text begins as lists and manifests do.
func HasControlHeading(text string) bool { return controlHeading.MatchString(text) }
