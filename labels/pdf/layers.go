package pdf

import (
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// layers says which of a file's optional content groups, by object number, are switched off (ISO
// 32000 8.11.4.3).
func (s *source) layers() map[int]bool {
	properties := s.dict(s.catalog()["OCProperties"])
	if properties == nil {
		return nil
	}
	off := map[int]bool{}
	set := func(groups types.Object, to bool) {
		for _, o := range s.array(groups) {
			if ref, ok := o.(types.IndirectRef); ok && s.name(s.dict(ref)["Type"]) == "OCG" {
				off[ref.ObjectNumber.Value()] = to
			}
		}
	}
	chosen := s.dict(properties["D"])
	set(properties["OCGs"], s.name(chosen["BaseState"]) == "OFF")
	set(chosen["ON"], false)
	set(chosen["OFF"], true)
	return off
}

// isHidden reports whether an optional content group or membership is switched off.
func (s *source) isHidden(o types.Object) bool {
	if ref, ok := o.(types.IndirectRef); ok && s.off[ref.ObjectNumber.Value()] {
		return true
	}
	d := s.dict(o)
	if s.name(d["Type"]) != "OCMD" {
		return false
	}
	groups := s.array(d["OCGs"])
	if groups == nil && d["OCGs"] != nil {
		groups = types.Array{d["OCGs"]}
	}
	off := lo.CountBy(groups, func(group types.Object) bool {
		ref, ok := group.(types.IndirectRef)
		return ok && s.off[ref.ObjectNumber.Value()]
	})
	switch {
	case len(groups) == 0:
		return false
	case s.name(d["P"]) == "AllOn":
		return off > 0
	case s.name(d["P"]) == "AnyOff":
		return off == 0
	case s.name(d["P"]) == "AllOff":
		return off < len(groups)
	}
	return off == len(groups)
}

// layer returns the one group of the joined file that stands for all groups that are switched off,
// or for all that are not.
func (f *file) layer(off bool) (int, error) {
	if f.layers == [2]int{} {
		for i, name := range []string{"on", "off"} {
			n, err := f.share(fmt.Appendf(nil, "<</Type/OCG/Name(%s)>>", name))
			if err != nil {
				return 0, err
			}
			f.layers[i] = n
		}
	}
	return f.layers[lo.Ternary(off, 1, 0)], nil
}

// layerState is what the catalog says about the layers, if there are any.
func (f *file) layerState() string {
	if f.layers == [2]int{} {
		return ""
	}
	return fmt.Sprintf("/OCProperties<</OCGs[%s]/D<</OFF[%d 0 R]>>>>", references(f.layers[:]), f.layers[1])
}
