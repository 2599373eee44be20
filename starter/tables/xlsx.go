package tables

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/samber/lo"
)

// Parts of a workbook.
const (
	workbookPart      = "xl/workbook.xml"
	relationshipsPart = "xl/_rels/workbook.xml.rels"
	sharedPart        = "xl/sharedstrings.xml"
	stylesPart        = "xl/styles.xml"
)

// maxShared bounds the texts that the cells of a workbook share.
const maxShared = 1_000_000

// errTooLarge is the error of a part that is larger than MaxUnzipped.
var errTooLarge = fmt.Errorf("is a workbook with a part of more than %d MiB: save the one sheet alone", MaxUnzipped>>20)

// book is an opened workbook.
type book struct {
	parts  map[string]*zip.File
	shared []string
	styles []style
}

// readWorkbook reads the first sheet that is not hidden. It walks the sheet as a stream: a library that
// builds the sheet in memory can be made to fill millions of cells, and does not tell a number from its picture.
func (t *Table) readWorkbook(data []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return t.whole("is a workbook that is damaged: %v", err)
	}
	b := &book{parts: map[string]*zip.File{}}
	for _, file := range archive.File {
		b.parts[strings.ToLower(strings.TrimPrefix(file.Name, "/"))] = file
	}
	sheet, err := b.firstSheet()
	if err == nil {
		err = b.readShared()
	}
	if err == nil {
		err = b.readStyles()
	}
	if err != nil {
		return t.workbookProblem(err)
	}
	return t.readSheet(b, sheet)
}

// sheetError says why a workbook has nothing to read, in words.
type sheetError string

func (e sheetError) Error() string { return string(e) }

func (t *Table) workbookProblem(err error) error {
	var known *Error
	var sheet sheetError
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &sheet), errors.Is(err, errTooLarge):
		return t.whole("%v", err)
	}
	return t.whole("is a workbook that is damaged: %v", err)
}

// walk gives each token of a part to each; a part that is not there has none.
func (b *book) walk(part string, each func(xml.Token) error) error {
	file, there := b.parts[part]
	if !there {
		return nil
	}
	unzipped, err := file.Open()
	if err != nil {
		return err
	}
	defer unzipped.Close()
	decoder := xml.NewDecoder(&boundedReader{from: unzipped})
	// Raw: the other way keeps a stack that a hostile part makes as deep as it likes.
	for depth := 0; ; {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) && depth == 0 {
			return nil
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if err == nil && depth < 0 {
			err = errNesting
		}
		if err == nil {
			err = each(token)
		}
		if err != nil {
			return err
		}
	}
}

var (
	errNesting = errors.New("its elements do not nest")
	errLongTag = errors.New("one of its elements is too long")
)

// maxElement bounds what stands between two elements, so that none is built up in memory.
const maxElement = 1 << 20

// boundedReader ends with an error behind MaxUnzipped bytes, or maxElement without the beginning of an element.
type boundedReader struct {
	from        io.Reader
	read, since int
}

func (r *boundedReader) Read(into []byte) (int, error) {
	n, err := r.from.Read(into)
	r.read += n
	r.since += n
	if last := bytes.LastIndexByte(into[:n], '<'); last >= 0 {
		r.since = n - last
	}
	switch {
	case r.read > MaxUnzipped:
		return 0, errTooLarge
	case r.since > maxElement:
		return 0, errLongTag
	}
	return n, err
}

// firstSheet is the part of the first sheet that people see.
func (b *book) firstSheet() (string, error) {
	var id string
	hidden := 0
	err := b.walk(workbookPart, func(token xml.Token) error {
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "sheet" || id != "" {
			return nil
		}
		if state := attribute(start, "state"); state != "" && state != "visible" {
			hidden++
			return nil
		}
		id = relationshipOf(start)
		return nil
	})
	if err != nil {
		return "", err
	}
	target := ""
	err = b.walk(relationshipsPart, func(token xml.Token) error {
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "Relationship" && attribute(start, "Id") == id {
			target = attribute(start, "Target")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(target, "/") {
		target = path.Join("xl", target)
	}
	part := strings.ToLower(strings.TrimPrefix(path.Clean(target), "/"))
	if _, there := b.parts[part]; id == "" || !there {
		return "", sheetError("is an XLSX workbook, whatever its name says, and has no sheet that can be read" + lo.Ternary(hidden > 0, ": all of them are hidden", ""))
	}
	return part, nil
}

func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// relationshipOf is the attribute r:id of a sheet, which also has an attribute of its own called sheetId.
func relationshipOf(start xml.StartElement) string {
	for _, a := range start.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// readShared reads the texts that cells share; how they are pronounced is left out.
func (b *book) readShared() error {
	var text strings.Builder
	inText, aside := false, 0
	return b.walk(sharedPart, func(token xml.Token) error {
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "si":
				text.Reset()
			case "rPh":
				aside++
			case "t":
				inText = aside == 0
			}
		case xml.CharData:
			if inText && text.Len() <= 4*MaxCell {
				text.Write(token)
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "rPh":
				aside--
			case "t":
				inText = false
			case "si":
				if len(b.shared) == maxShared {
					return sheetError("is a workbook with too many texts: save the one sheet alone")
				}
				b.shared = append(b.shared, text.String())
			}
		}
		return nil
	})
}
