package pdf

import "strings"

// kind is what an object is used for on a page. Only entries that say how it is printed are copied
// (ISO 32000, chapters 7 to 11): scripts, attachments and what leads elsewhere may hide in any
// dictionary.
type kind struct {
	entries   map[string]*kind
	each      *kind // of the entries of a dictionary whose keys are names that the page gives
	isStream  bool  // it may be a stream
	isObject  bool  // it is a stream, and nothing else
	isOurs    bool  // we made it: all of it is copied
	isDrawing bool  // it may have the tag of an overlay
}

var (
	plain        = &kind{} // numbers, names, texts, and lists of them
	ours         = &kind{isOurs: true}
	data         = &kind{isStream: true}
	pageKind     = &kind{}
	drawingKind  = &kind{isStream: true, isDrawing: true}
	resourceKind = &kind{}
	stampKind    = &kind{}
	groupKind    = &kind{}
	xobjectKind  = &kind{isStream: true, isObject: true}
	fontKind     = &kind{}
	faceKind     = &kind{}
	fontFileKind = &kind{isStream: true, isObject: true}
	encodingKind = &kind{isStream: true}
	colourKind   = &kind{isStream: true} // with the functions in it
	stateKind    = &kind{}
	maskKind     = &kind{}
	patternKind  = &kind{isStream: true}
	shadingKind  = &kind{isStream: true}
	layerKind    = &kind{}
	packingKind  = &kind{}
)

// has lets entries be copied that are values.
func (k *kind) has(keys string) *kind {
	for _, key := range strings.Fields(keys) {
		k.with(key, plain)
	}
	return k
}

func (k *kind) with(key string, of *kind) *kind {
	if k.entries == nil {
		k.entries = map[string]*kind{}
	}
	k.entries[key] = of
	return k
}

// named is a dictionary with an entry for each name that a drawing uses.
func named(of *kind) *kind { return &kind{each: of} }

func init() {
	pageKind.has("Type MediaBox CropBox Rotate UserUnit").with("Resources", resourceKind).with("Contents", drawingKind).
		with("Group", groupKind).with("Annots", stampKind)
	stampKind.has("Type Subtype Rect F").with("AP", (&kind{}).with("N", xobjectKind))
	resourceKind.has("ProcSet").with("Font", named(fontKind)).with("XObject", named(xobjectKind)).with("ExtGState", named(stateKind)).
		with("ColorSpace", named(colourKind)).with("Pattern", named(patternKind)).with("Shading", named(shadingKind)).with("Properties", named(layerKind))
	groupKind.has("Type S I K").with("CS", colourKind)
	xobjectKind.has("Type Subtype Name Width Height BitsPerComponent Intent ImageMask Decode Interpolate SMaskInData Matte FormType BBox Matrix").
		with("ColorSpace", colourKind).with("Mask", xobjectKind).with("SMask", xobjectKind).with("Resources", resourceKind).
		with("Group", groupKind).with("OC", layerKind)
	fontKind.has("Type Subtype Name BaseFont FirstChar LastChar Widths DW W DW2 W2 FontBBox FontMatrix").
		with("FontDescriptor", faceKind).with("Encoding", encodingKind).with("ToUnicode", encodingKind).with("DescendantFonts", fontKind).
		with("CIDSystemInfo", encodingKind).with("CIDToGIDMap", data).with("CharProcs", named(drawingKind)).with("Resources", resourceKind)
	faceKind.has("Type FontName FontFamily FontStretch FontWeight Flags FontBBox ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH "+
		"AvgWidth MaxWidth MissingWidth CharSet Lang").
		with("FontFile", fontFileKind).with("FontFile2", fontFileKind).with("FontFile3", fontFileKind).with("CIDSet", data)
	fontFileKind.has("Length1 Length2 Length3 Subtype")
	encodingKind.has("Type BaseEncoding Differences CMapName WMode Registry Ordering Supplement").
		with("CIDSystemInfo", encodingKind).with("UseCMap", encodingKind)
	colourKind.has("N Range WhitePoint BlackPoint Gamma Matrix FunctionType Domain C0 C1 Bounds Encode Size BitsPerSample Order Decode Subtype Components").
		with("Alternate", colourKind).with("Functions", colourKind).with("Process", colourKind).with("ColorSpace", colourKind).
		with("Colorants", named(colourKind))
	stateKind.has("Type LW LC LJ ML D RI OP op OPM FL SM SA BM CA ca AIS TK UseBlackPtComp").with("Font", fontKind).with("SMask", maskKind)
	for _, key := range strings.Fields("BG BG2 UCR UCR2 TR TR2") {
		stateKind.with(key, colourKind)
	}
	maskKind.has("Type S").with("G", xobjectKind).with("BC", plain).with("TR", colourKind)
	patternKind.has("Type PatternType PaintType TilingType BBox XStep YStep Matrix").
		with("Resources", resourceKind).with("Shading", shadingKind).with("ExtGState", stateKind)
	shadingKind.has("ShadingType Background BBox AntiAlias Domain Coords Matrix Extend BitsPerCoordinate BitsPerComponent BitsPerFlag Decode VerticesPerRow").
		with("ColorSpace", colourKind).with("Function", colourKind)
	layerKind.has("Type Name P").with("OCGs", layerKind).with("VE", layerKind)
	packingKind.has("Predictor Colors BitsPerComponent Columns EarlyChange K EndOfLine EncodedByteAlign Rows EndOfBlock BlackIs1 "+
		"DamagedRowsBeforeError ColorTransform Name").with("JBIG2Globals", data)
	for _, k := range []*kind{data, drawingKind, xobjectKind, fontFileKind, encodingKind, colourKind, patternKind, shadingKind} {
		k.has("Length Filter").with("DecodeParms", packingKind)
	}
}
