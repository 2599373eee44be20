package hostile

import (
	"fmt"
	"strings"
)

func pages() map[string]func() []byte {
	unicode := "begincodespacerange <00> <ff> endcodespacerange " + repeated("1 beginbfrange <00><ff><0041> endbfrange ", 20<<20)
	font := func(dict string) string { return "/Font<</F1<</Type/Font" + dict + ">>>>" }
	text := packed("", "BT /F1 9 Tf "+repeated("(abcdefgh) Tj ", 400<<10)+"ET")
	again := packed("", "BT "+repeated("/F1 9 Tf (a) Tj ", 1<<20)+"ET")
	composite := "/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[<</W[" + repeated("0 65000 1 ", 300<<10) + "]>>]"
	return map[string]func() []byte{
		"a font with a long map": func() []byte {
			return pdf(samePages(200, font("/Subtype/Type1/BaseFont/A/ToUnicode 5 0 R"), text, packed("", unicode)))
		},
		"a font that is read again": func() []byte {
			return pdf(drawnPage(font("/Subtype/Type1/BaseFont/A/ToUnicode 5 0 R"), again, packed("", unicode)))
		},
		"a font with many widths": func() []byte { return pdf(samePages(200, "/Font<</F1 5 0 R>>", text, "<</Type/Font"+composite+">>")) },
		"a font with many names": func() []byte {
			return pdf(samePages(200, font("/Subtype/Type1/BaseFont/A/Encoding 5 0 R"), again, "<</Differences["+repeated("0/uni0041", 600<<10)+"]>>"))
		},
		"a text of many pieces": func() []byte { return pdf(samePages(200, "", packed("", "BT ["+repeated("(a)-300", 1<<20)+"]TJ ET"))) },
		"letters that are graphics": func() []byte {
			return pdf(drawnPage("/XObject<</X 5 0 R>>", packed("", "/X Do"), packed("/Subtype/Form/BBox[0 0 9 9]", "BT "+repeated("1 0 0 1 1 1 Tm ", 8<<20)+"ET")))
		},
		"inline pictures without an end": func() []byte { return pdf(samePages(200, "", packed("", repeated("BI ID xEIx ", 8<<20)))) },
		"inline pictures":                func() []byte { return pdf(samePages(200, "", packed("", repeated("BI ID EI ", 8<<20)))) },
		"many marks on a sheet":          func() []byte { return sheet(repeated("9 9 1 9 re f 300 400 1 1 re f ", 4<<20)) },
		"many texts on a sheet": func() []byte {
			return sheet("BT " + repeated("1 0 0 1 9 9 Tm (12345678) Tj 1 0 0 1 300 500 Tm (8765) Tj ", 1<<20) + "ET")
		},
		"many bars on a sheet":  func() []byte { return sheet(bars(20_000)) },
		"a path of many lines":  func() []byte { return pdf(samePages(100, "", packed("", "0 0 m "+repeated("9 9 l ", 16<<20)+"S"))) },
		"states that are saved": func() []byte { return pdf(samePages(100, "", packed("", repeated("q ", 4<<20)))) },
		"a large picture": func() []byte {
			return pdf(drawnPage("/XObject<</X 5 0 R>>", packed("", repeated("/X Do ", 60<<10)), packed("/Subtype/Image/Width 6000/Height 6000/BitsPerComponent 8/ColorSpace/DeviceGray", strings.Repeat("\x00", 36_000_000))))
		},
		"a huge picture": func() []byte {
			return pdf(drawnPage("/XObject<</X 5 0 R>>", packed("", "/X Do"), packed("/Subtype/Image/Width 20000/Height 20000/BitsPerComponent 1/ColorSpace/DeviceGray", strings.Repeat("\x00", 50_000_000))))
		},
		"forms below the deepest": func() []byte { return deepThenFan() },
		"a pattern that fans out": func() []byte {
			return behind("/Pattern<</P 5 0 R>>", "/Pattern cs /P scn 0 0 288 432 re f", "/PatternType 1/PaintType 1/TilingType 1/XStep 1/YStep 1/BBox[0 0 1 1]/Matrix[1 0 0 1 0 0]")
		},
		"a drawn letter that fans out": func() []byte { return drawnLetter() },
		"a soft mask that fans out": func() []byte {
			return behind("/ExtGState<</G<</SMask<</S/Alpha/G 5 0 R>>>>>>", "/G gs 0 0 288 432 re f", "/Type/XObject/Subtype/Form/Group<</S/Transparency>>/BBox[0 0 288 432]")
		},
		"calls of a form of many calls": func() []byte {
			return pdf(samePages(1_000, "/XObject<</X 5 0 R>>", packed("", repeated("/X Do ", 6_000)), packed("/Subtype/Form/BBox[0 0 288 432]", repeated("q Q ", 8_000))))
		},
	}
}

func sheet(content string) []byte {
	objects := page(content)
	objects[2] = strings.Replace(objects[2], "288 432", "595 842", 1)
	return pdf(objects)
}

func bars(count int) string {
	var out strings.Builder
	for i := range count {
		fmt.Fprintf(&out, "%d %d 1 9 re f ", 10+(i*7)%570, 10+(i*13)%800)
	}
	return out.String()
}

// deepThenFan is a page whose forms only fan out below the depth to which readers follow them.
func deepThenFan() []byte {
	const straight, fan = 13, 12
	var forms []string
	for i := range straight + fan {
		calls := 1
		if i >= straight {
			calls = 10
		}
		forms = append(forms, packed(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 288 432]/Resources<</XObject<</X %d 0 R>>>>", 6+i), repeated("/X Do ", 6*calls)))
	}
	forms = append(forms, packed("/Type/XObject/Subtype/Form/BBox[0 0 288 432]", "0 0 9 9 re f"))
	return pdf(drawnPage("/XObject<</X 5 0 R>>", packed("", "/X Do"), forms...))
}

// behind is a page that reaches a fan of forms by something else than a form.
func behind(resources, drawing, dict string) []byte {
	objects := drawnPage(resources, packed("", drawing), packed(dict+"/Resources<</XObject<</X 6 0 R>>>>", "/X Do"))
	const deep = 9
	for i := range deep {
		objects = append(objects, packed(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 288 432]/Resources<</XObject<</X %d 0 R>>>>", 7+i), repeated("/X Do ", 60)))
	}
	return pdf(append(objects, packed("/Type/XObject/Subtype/Form/BBox[0 0 288 432]", "0 0 9 9 re f")))
}

func drawnLetter() []byte {
	font := "/Font<</F1<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[1]/Encoding<</Differences[97/a]>>/CharProcs<</a 5 0 R>>/Resources<</XObject<</X 6 0 R>>>>>>>>"
	return behind(font, "BT /F1 9 Tf (a) Tj ET", "")
}
