package hostile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/despacho/despacho/labels/internal/sample"
)

// pdf makes a file from objects numbered from 1; the first is the catalog.
func pdf(objects []string) []byte { return sample.PDFWithObjects(objects...) }

func stream(dict, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(content), content)
}

func packed(dict, content string) string {
	return stream(dict+"/Filter/FlateDecode", deflated(content))
}

// Of every file, object 1 is the catalog, 2 the page tree, 3 the page and 4 its drawing.
const (
	catalog  = "<</Type/Catalog/Pages 2 0 R>>"
	onePage  = "<</Type/Pages/Count 1/Kids[3 0 R]>>"
	pageDict = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<<%s>>/Contents 4 0 R>>"
)

// page are the objects of a file of one page.
func page(content string) []string { return drawnPage("", packed("", content)) }

func drawnPage(resources, drawing string, more ...string) []string {
	return append([]string{catalog, onePage, fmt.Sprintf(pageDict, resources), drawing}, more...)
}

// samePages are the objects of a file that lists that many pages with one drawing.
func samePages(count int, resources, drawing string, more ...string) []string {
	objects := append([]string{catalog, "", "", drawing}, more...)
	var kids strings.Builder
	for range count {
		objects = append(objects, fmt.Sprintf(pageDict, resources))
		fmt.Fprintf(&kids, "%d 0 R ", len(objects))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", count, kids.String())
	objects[2] = "null"
	return objects
}

// fanOfForms is a page of forms that call the next one that many times each.
func fanOfForms(calls int) []byte {
	const deep = 20
	form := func(next int) string {
		return packed(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 288 432]/Resources<</XObject<</X %d 0 R>>>>", next), repeated("/X Do ", 6*calls))
	}
	var forms []string
	for i := range deep {
		forms = append(forms, form(6+i))
	}
	forms = append(forms, packed("/Type/XObject/Subtype/Form/BBox[0 0 288 432]", "0 0 9 9 re f"))
	return pdf(drawnPage("/XObject<</X 5 0 R>>", packed("", "/X Do"), forms...))
}

func longText(bytes int) []byte {
	return pdf(drawnPage("", packed("", "BT "+repeated("(abcdefgh) Tj ", bytes)+"ET")))
}

// twice is a text packed by two filters.
func twice(text string) string {
	return stream("/Filter[/FlateDecode/FlateDecode]", deflated(deflated(text)))
}

func streams() map[string]func() []byte {
	const most = 31 << 20
	operators := repeated("q Q ", most)
	runs := repeated("\x81q", 500<<10) // each is 128 times the letter
	return map[string]func() []byte{
		"s04 as it is":                func() []byte { return longText(30 << 20) },
		"s05 as it is":                func() []byte { return fanOfForms(9) },
		"stream of 128 MB":            func() []byte { return pdf(drawnPage("", packed("", strings.Repeat("q", 128<<20)))) },
		"stream packed twice":         func() []byte { return pdf(drawnPage("", twice(strings.Repeat(" ", 128<<20)))) },
		"pages with one long drawing": func() []byte { return pdf(samePages(1_000, "", packed("", operators))) },
		"pages with one packed twice": func() []byte { return pdf(samePages(1_000, "", twice(operators))) },
		"pages with one text": func() []byte {
			return pdf(samePages(1_000, "", packed("", "BT "+repeated("(12345678 ) Tj ", 700<<10)+"ET")))
		},
		"run lengths": func() []byte { return pdf(samePages(500, "", stream("/Filter/RunLengthDecode", runs))) },
		"LZW": func() []byte {
			return pdf(samePages(500, "", stream("/Filter/LZWDecode/DecodeParms<</EarlyChange 0>>", lzwPacked(operators))))
		},
		"hexadecimal": func() []byte {
			return pdf(samePages(500, "", stream("/Filter/ASCIIHexDecode", repeated("71", 900<<10)+">")))
		},
		"a predictor with long rows": func() []byte {
			return pdf(samePages(500, "", stream("/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 100000000/Colors 4/BitsPerComponent 16>>", deflated(operators))))
		},
		"a predictor with short rows": func() []byte {
			return pdf(samePages(500, "", stream("/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 1>>", deflated(operators))))
		},
		"many filters": func() []byte {
			return pdf(samePages(500, "", stream("/Filter["+repeated("/AHx ", 100<<10)+"]", "7171>")))
		},
		"contents of many parts": func() []byte {
			return pdf(samePages(500, "", "["+repeated("5 0 R ", 500<<10)+"]", packed("", operators)))
		},
		"contents of many small parts":   func() []byte { return pdf(samePages(500, "", "["+repeated("5 0 R ", 500<<10)+"]", packed("", "q Q "))) },
		"object streams of zeros":        func() []byte { return objectStreams(8, repeated("0 ", 6<<20)) },
		"object streams of brackets":     func() []byte { return objectStreams(8, repeated("[]", 6<<20)) },
		"object streams of nested lists": func() []byte { return objectStreams(8, repeated("[", 6<<20)) },
		"object streams of names":        func() []byte { return objectStreams(8, repeated("/a/b", 6<<20)) },
		"object streams of dictionaries": func() []byte { return objectStreams(8, repeated("<</a 1>>", 6<<20)) },
		"object streams of strings":      func() []byte { return objectStreams(8, repeated("()", 6<<20)) },
		"object streams without a table": func() []byte {
			return bytes.Replace(objectStreams(8, repeated("0 ", 6<<20)), []byte("startxref"), []byte("startxxxx"), 1)
		},
	}
}

// objectStreams is a file with object streams that hold one array each.
func objectStreams(count int, content string) []byte {
	var names, calls strings.Builder
	for i := range count {
		fmt.Fprintf(&names, "/X%d %d 0 R", i, 1000+i)
		fmt.Fprintf(&calls, "/X%d Do ", i)
	}
	objects := drawnPage("/XObject<<"+names.String()+">>", packed("", calls.String()+"0 0 99 99 re f"))
	for i := range count {
		head := fmt.Sprintf("%d 0 ", 1000+i)
		objects = append(objects, packed(fmt.Sprintf("/Type/ObjStm/N 1/First %d", len(head)), head+"["+content+"]"))
	}
	// A table of the newer kind, which is where object streams are allowed.
	var out bytes.Buffer
	out.WriteString("%PDF-1.7\n")
	var table bytes.Buffer
	put := func(kind byte, offset, index int) {
		table.Write([]byte{kind, byte(offset >> 24), byte(offset >> 16), byte(offset >> 8), byte(offset), byte(index >> 8), byte(index)})
	}
	put(0, 0, 65535)
	for i, object := range objects {
		put(1, out.Len(), 0)
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	first := len(objects) - count + 1
	for i := range count {
		put(2, first+i, 0)
	}
	start := out.Len()
	fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", len(objects)+1,
		packed(fmt.Sprintf("/Type/XRef/W[1 4 2]/Index[0 %d 1000 %d]/Size 2000/Root 1 0 R", len(objects)+1, count), table.String()), start)
	return out.Bytes()
}

func structures() map[string]func() []byte {
	good := page("0 0 99 99 re f")
	with := func(objects ...string) []byte { return pdf(append(append([]string{}, good...), objects...)) }
	numbered := func(body string) string {
		var out strings.Builder
		for i := 0; out.Len() < 900<<10; i++ {
			fmt.Fprintf(&out, "%d 0 obj\n%s\n", 10+i, body)
		}
		return out.String()
	}
	salvaged := func(body string) []byte {
		return []byte("%PDF-1.7\n" + body + strings.TrimPrefix(string(pdf(good)), "%PDF-1.4\n"))
	}
	return map[string]func() []byte{
		"streams without an end":      func() []byte { return salvaged(numbered("<</Length 9>>\nstream\n")) },
		"streams with wrong lengths":  func() []byte { return with(wrongStreams(8_000)...) },
		"lengths that are references": func() []byte { return with(lengthsByReference(8_000)...) },
		"objects without an end":      func() []byte { return salvaged(numbered("[[[[[[")) },
		"headings only":               func() []byte { return salvaged(repeated("1 0 obj ", 900<<10)) },
		"trailers only":               func() []byte { return salvaged(repeated("trailer<<", 900<<10)) },
		"digits only":                 func() []byte { return salvaged(repeated("1 ", 900<<10)) },
		"brackets in an object":       func() []byte { return with(repeated("[", 900<<10)) },
		"dictionaries in an object":   func() []byte { return with(repeated("<</a", 900<<10)) },
		"strings in an object":        func() []byte { return with(repeated("(", 900<<10)) },
		"names in an object":          func() []byte { return with("[" + repeated("/#41", 900<<10) + "]") },
		"keys in an object":           func() []byte { return with("<<" + keys(80_000) + ">>") },
		"tables that point at tables": func() []byte { return tables(3_000) },
		"pages that share notes": func() []byte {
			return pdf(withNotes(samePages(900, "", packed("", "0 0 9 9 re f")), repeated("6 0 R ", 600<<10)))
		},
		"pages with their own notes": func() []byte {
			return pdf(withNotes(samePages(10, "", packed("", "0 0 9 9 re f")), repeated("<</Subtype/Link>>", 90<<10)))
		},
		"pages that share a large font": func() []byte {
			return pdf(samePages(1_000, "/Font<</F1 5 0 R>>", packed("", "BT /F1 9 Tf (a) Tj ET 0 0 9 9 re f"), "<</Type/Font/Subtype/TrueType/BaseFont/A/FontDescriptor<</FontFile2 6 0 R>>>>", stream("", strings.Repeat("x", 700<<10))))
		},
		"a page listed often": func() []byte {
			return pdf([]string{catalog, "<</Type/Pages/Count 1/Kids[" + repeated("3 0 R ", 900<<10) + "]>>", fmt.Sprintf(pageDict, ""), packed("", "0 0 9 9 re f")})
		},
		"a deep tree of pages": func() []byte { return pdf(deepTree(8_000)) },
		"a wide tree of nothing": func() []byte {
			return pdf([]string{catalog, "<</Type/Pages/Count 900/Kids[" + repeated("9 0 R ", 900<<10) + "]>>", "null", "null"})
		},
		"a name tree in a circle": func() []byte {
			return pdf([]string{"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 5 0 R>>>>", onePage, fmt.Sprintf(pageDict, ""), packed("", "0 0 9 9 re f"), "<</Kids[" + repeated("5 0 R ", 800<<10) + "]>>"})
		},
		"references in a circle":  func() []byte { return with("6 0 R", "5 0 R") },
		"an update after another": func() []byte { return updates(2_000) },
	}
}

func keys(count int) string {
	var out strings.Builder
	for i := range count {
		fmt.Fprintf(&out, "/k%d 0 ", i)
	}
	return out.String()
}

func wrongStreams(count int) []string {
	objects := make([]string, count)
	for i := range objects {
		objects[i] = "<</Length 999999>>\nstream\nx\nendstream"
	}
	return objects
}

func lengthsByReference(count int) []string {
	objects := make([]string, count)
	for i := range objects {
		objects[i] = fmt.Sprintf("<</Length %d 0 R>>\nstream\nx\nendstream", 6+i)
	}
	return objects
}

// withNotes gives every page the same list of notes, objects 5 and 6.
func withNotes(objects []string, notes string) []string {
	at := len(objects)
	for i, o := range objects {
		if strings.HasPrefix(o, "<</Type/Page/") {
			objects[i] = strings.Replace(o, "/Contents", fmt.Sprintf("/Annots %d 0 R/Contents", at+1), 1)
		}
	}
	notes = strings.ReplaceAll(notes, "6 0 R", fmt.Sprintf("%d 0 R", at+2))
	return append(objects, "["+notes+"]", "<</Type/Annot/Subtype/Stamp/F 4/Rect[0 0 9 9]/AP<</N 4 0 R>>>>")
}

func deepTree(depth int) []string {
	objects := []string{catalog}
	for i := range depth {
		objects = append(objects, fmt.Sprintf("<</Type/Pages/Count 1/Kids[%d 0 R]>>", 3+i))
	}
	return append(objects, "<</Type/Page/MediaBox[0 0 288 432]>>")
}

// tables is a file whose tables of objects each name the one before.
func tables(count int) []byte {
	data := pdf(page("0 0 99 99 re f"))
	var out bytes.Buffer
	out.Write(data)
	before := bytes.LastIndex(data, []byte("xref\n0 "))
	for range count {
		at := out.Len()
		fmt.Fprintf(&out, "xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 5/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n", before, at)
		before = at
	}
	return out.Bytes()
}

func updates(count int) []byte {
	var out bytes.Buffer
	out.Write(pdf(page("0 0 99 99 re f")))
	for range count {
		out.WriteString("startxref\n0\n%%EOF\n")
		out.WriteString(repeated("x", 400))
	}
	return out.Bytes()
}
