package tables

import (
	"archive/zip"
	"bytes"
	"strings"
)

// format is what a file is by its bytes: text or workbook, else what to say of it.
type format string

const (
	text     format = "text"
	workbook format = "workbook"
)

var (
	oldOffice = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	// encryptedPackage is a stream of an XLSX that is locked, its name in UTF-16.
	encryptedPackage = []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
)

func formatOf(data []byte) format {
	switch {
	case bytes.HasPrefix(data, oldOffice) && bytes.Contains(data, encryptedPackage):
		return "is a workbook that is locked with a password: save it without one"
	case bytes.HasPrefix(data, oldOffice):
		return "is a workbook of the old Excel (.xls), whatever its name says: save it as XLSX or CSV UTF-8"
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return formatOfArchive(data)
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return "is a PDF, not a table"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return text
	case bytes.IndexByte(data, 0) >= 0:
		return "holds zero bytes: it is no text, or UTF-16 without a byte order mark: save it as CSV UTF-8"
	}
	return text
}

func formatOfArchive(data []byte) format {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "is a workbook or a zip archive that is damaged"
	}
	for _, file := range archive.File {
		switch name := strings.ToLower(strings.TrimPrefix(file.Name, "/")); {
		case name == workbookPart:
			return workbook
		case name == "xl/workbook.bin":
			return "is a binary workbook (.xlsb), whatever its name says: save it as XLSX or CSV UTF-8"
		case name == "mimetype":
			return "is a LibreOffice document (.ods), whatever its name says: save it as XLSX or CSV UTF-8"
		case strings.HasSuffix(name, ".iwa"), name == "index.zip":
			return "is a document of Apple Numbers, whatever its name says: export it as XLSX or CSV"
		}
	}
	return "is a zip archive, not a table"
}

// isMarkup says of a text whether it is HTML or XML, as some programs write what they call XLS.
func isMarkup(content string) bool {
	content = strings.ToLower(content[:min(len(content), 16)])
	for _, start := range []string{"<?xml", "<html", "<!doctype", "<table", "<meta", "<head", "<body"} {
		if strings.HasPrefix(content, start) {
			return true
		}
	}
	return false
}
