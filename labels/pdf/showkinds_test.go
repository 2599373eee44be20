package pdf_test

import "github.com/despacho/despacho/labels/internal/sample"

// everyKind draws with every kind of resource, so that none of them may be lost on the way.
func everyKind() []byte {
	content := "q 60 0 0 60 20 350 cm /Im#1 Do Q q 60 0 0 60 100 350 cm /B#42 Do Q q 60 0 0 60 180 350 cm /Deep Do Q\n" +
		"/Pattern cs /Tiles scn 20 270 60 60 re f /Shade scn 100 270 60 60 re f q 180 270 60 60 re W n /Radial sh Q\n" +
		"/Spot cs 0.7 scn 20 190 60 60 re f /Many cs 0.2 0.9 scn 100 190 60 60 re f /Lab cs 60 40 20 scn 180 190 60 60 re f\n" +
		"q /Soft gs 1 0 0 rg 20 110 60 60 re f Q q /Half gs 0 0 1 rg 100 110 60 60 re f Q\n" +
		"BT /T3 30 Tf 20 60 Td (ab) Tj /T0 20 Tf 80 0 Td <00410042> Tj /Tr#75e 20 Tf 60 0 Td (Ab) Tj ET\n" +
		"/OC /Shown BDC 20 20 60 20 re f EMC /OC /Member BDC 100 20 60 20 re f EMC\n" +
		"q 60 0 0 30 180 20 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x00\x80\xf0\x40 EI Q"
	function := "<</FunctionType 2/N 1/Domain[0 1]/C0[1 1 1]/C1[0 0.3 0.1]>>"
	return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[15 0 R]/D<<>>>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]/Resources 5 0 R>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R>>", stream("", content),
		"<</XObject<</Im#1 6 0 R/BB 7 0 R/Deep 8 0 R>>/Pattern<</Tiles 9 0 R/Shade 10 0 R>>/Shading<</Radial 11 0 R>>"+
			"/ColorSpace<</Spot[/Separation/Green/DeviceRGB "+function+"]/Many[/DeviceN[/A/B]/DeviceRGB 19 0 R]"+
			"/Lab[/Lab<</WhitePoint[0.95 1 1.09]/Range[-100 100 -100 100]>>]>>"+
			"/ExtGState<</Soft<</SMask<</S/Luminosity/G 12 0 R>>>>/Half<</ca 0.4/BM/Multiply>>>>/Font<</T3 13 0 R/T0 14 0 R/True 16 0 R>>/Properties<</Shown 15 0 R/Member<</Type/OCMD/OCGs[15 0 R]>>>>>>",
		stream("/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 3<ff000000ff000000ff888888>]", "\x00\x01\x02\x03"),
		stream("/Type/XObject/Subtype/Image/Width 8/Height 2/BitsPerComponent 1/ImageMask true/Decode[1 0]", "\xa5\x5a"),
		stream("/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Matrix[0.5 0 0 0.5 0 0]", "/Im#1 Do"),
		stream("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 10 10]/XStep 10/YStep 10/Resources<<>>", "1 0 0 rg 0 0 5 5 re f"),
		"<</Type/Pattern/PatternType 2/Shading<</ShadingType 2/ColorSpace/DeviceRGB/Coords[100 0 160 0]/Function "+function+">>>>",
		"<</ShadingType 3/ColorSpace/DeviceRGB/Coords[210 300 0 210 300 30]/Function "+function+">>",
		stream("/Type/XObject/Subtype/Form/BBox[0 0 288 432]/Group<</S/Transparency/CS/DeviceGray>>", "0.5 g 20 110 30 60 re f 1 g 50 110 30 60 re f"),
		"<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[0.1 0 0 0.1 0 0]/FirstChar 97/LastChar 98/Widths[10 10]/Encoding<</Differences[97/box/half]>>"+
			"/CharProcs<</box 17 0 R/half 18 0 R>>/Resources<<>>>>",
		"<</Type/Font/Subtype/Type0/BaseFont/Helvetica/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Helvetica/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 600>>]>>",
		"<</Type/OCG/Name(a)>>",
		"<</Type/Font/Subtype/TrueType/BaseFont/Times-Roman/FirstChar 65/LastChar 98/Widths[900]/Encoding<</Differences[65/B]>>/FontDescriptor<</Type/FontDescriptor/FontName/Times-Roman/Flags 32/ItalicAngle 0>>>>",
		stream("", "10 0 0 0 10 10 d1 1 1 8 8 re f"), stream("", "10 0 0 0 10 10 d1 1 1 4 8 re f"),
		stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]", "{ exch dup }"))
}
