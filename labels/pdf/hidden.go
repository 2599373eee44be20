package pdf

import (
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	otherPicture = "picture for the screen or for print"
	elsewhere    = "reference to another file"
	postScript   = "PostScript program"
)

// telling are the keys that a page's resources have if something hides in them.
var telling = map[string]bool{"JS": true, "Alternates": true, "OPI": true, "Ref": true, "AF": true, "EF": true, "FS": true, "Subtype2": true, "FFilter": true}

// hidesMore reports whether any object has something that could run, lead elsewhere, or be shown
// instead of what is printed.
func (s *source) hidesMore() bool {
	left := s.limits.Objects
	for _, number := range s.objects.numbers() {
		if s.hides(s.objects.object(*types.NewIndirectRef(number, 0)), &left, 0) {
			return true
		}
	}
	return false
}

func (s *source) hides(o types.Object, left *int, depth int) bool {
	if *left--; *left < 0 || depth > maxDepth {
		return *left < 0
	}
	switch o := o.(type) {
	case types.StreamDict:
		return o.Dict["F"] != nil || s.name(o.Dict["Subtype"]) == "PS" || s.hides(o.Dict, left, depth)
	case types.Dict:
		for key, value := range o {
			if telling[key] || key == "S" && actions[s.name(value)] != "" || s.hides(value, left, depth+1) {
				return true
			}
		}
		kind := s.name(o["Type"])
		return kind == "Filespec" || kind == "EmbeddedFile"
	case types.Array:
		for _, item := range o {
			if s.hides(item, left, depth+1) {
				return true
			}
		}
	}
	return false
}

// resources counts what is left out of what the pages draw with. It goes through them as a copy does.
func (a *activity) resources() {
	c := newFile(io.Discard).copier(a.source)
	c.told = a
	for _, p := range a.source.pages {
		if p.broken == nil {
			_ = c.addPage(p) // a page that cannot be copied is told when it is joined
		}
	}
}

// leftOut counts an entry that is not copied.
func (a *activity) leftOut(key string, o types.Object) {
	if a.source.resolve(o) == nil {
		return
	}
	switch key {
	case "Alternates":
		a.count(otherPicture, 1)
	case "OPI", "Ref", "F", "FS":
		a.count(elsewhere, 1)
	case "AF":
		a.count(embeddedFile, max(1, len(a.source.array(o))))
	case "Parent", "P", "Metadata", "PieceInfo", "StructParent", "StructParents", "LastModified":
	default:
		a.hidden(o, 0)
	}
}

// hidden looks for what could run or lead elsewhere in something that is not copied.
func (a *activity) hidden(o types.Object, depth int) {
	if a.left--; a.left < 0 || depth > maxDepth {
		return
	}
	if stream, ok := a.source.resolve(o).(types.StreamDict); ok && a.source.name(stream.Dict["Subtype"]) == "PS" {
		a.count(postScript, 1)
		return
	}
	for _, item := range a.source.array(o) {
		a.hidden(item, depth+1)
	}
	d := a.source.dict(o)
	kind := a.source.name(d["Type"])
	what, isAction := actions[a.source.name(d["S"])]
	switch {
	case isAction:
		a.action(d, 0)
	case d["JS"] != nil:
		a.count(script, 1)
	case what == "" && (kind == "Filespec" || kind == "EmbeddedFile" || d["EF"] != nil):
		a.count(embeddedFile, 1)
	case kind == "Page" || kind == "Pages" || kind == "Catalog":
	default:
		for key, value := range d {
			if key != "Parent" && key != "P" {
				a.hidden(value, depth+1)
			}
		}
	}
}
