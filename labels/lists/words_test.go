package lists_test

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/pdf"
)

// englishWords are those that the lists once had, and their like. Warehouses in Latin America do say
// picking, packing and courier.
var englishWords = regexp.MustCompile(`(?i)\b(and|bin|channel|closing|end|first|for|group|item|items|label|labels|line|lines|list|missing|none|notice|of|on|order|orders|others|page|pages|position|positions|product|products|quantity|reasons|separator|sheet|shop|shown|start|the|total of|tracking|unit|units|workbook)\b`)

// inWorkbook are the texts of a workbook that people see: its cells, the name of its sheet, heading and foot.
func inWorkbook(t *testing.T, data []byte) string {
	t.Helper()
	files, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	var texts []string
	shown := regexp.MustCompile(`<t[ >][^<]*<|<sheet [^>]* ?name="[^"]*"|<odd(?:Header|Footer)>[^<]*<|<dc:(?:title|subject)>[^<]*<`)
	for _, file := range files.File {
		opened, err := file.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(opened)
		require.NoError(t, err)
		for _, found := range shown.FindAllString(string(content), -1) {
			found = strings.TrimPrefix(found, "<sheet ")
			texts = append(texts, strings.Trim(found[strings.IndexAny(found, `>"`):], `<>"`))
		}
	}
	require.Greater(t, len(texts), 20)
	return strings.Join(texts, "\n")
}

func TestNoEnglishStandsOnListsAndSeparators(t *testing.T) {
	t.Parallel()
	pile := samplePile()
	pile.Sort = "single-first,sku,bin,deadline,courier,order,sold,channel,reverse"
	pile.Orders[0].PartlyCancelled, pile.Orders[1].Group = true, "Flex"
	pile.Orders[2].Items[0].Name = "快递"
	texts := map[string]string{}
	for name, write := range map[string]func(io.Writer, lists.Pile) error{"picking": lists.PickingPDF, "packing": lists.PackingPDF} {
		pages, err := pdf.Texts(written(t, write, pile))
		require.NoError(t, err)
		texts[name+" on paper"] = strings.Join(pages, "\n")
	}
	texts["picking workbook"] = inWorkbook(t, written(t, lists.PickingWorkbook, pile))
	texts["packing workbook"] = inWorkbook(t, written(t, lists.PackingWorkbook, pile))
	separator := sampleSeparator()
	separator.Sort, separator.Labels, separator.Orders = pile.Sort, 1, 1
	for name, page := range map[string]lists.Page{"opening": sampleSeparator().Opening(), "closing": sampleSeparator().Closing(), "opening, one label": separator.Opening()} {
		texts[name] = words(t, page)["pdf"]
	}
	for name, text := range texts {
		require.NotEmpty(t, text)
		assert.Empty(t, englishWords.FindAllString(strings.ReplaceAll(text, "Ñandú", ""), -1), name) // \b knows no accents
	}
}
