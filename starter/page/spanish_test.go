package page

import (
	"bytes"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/wording"
)

// everyReason is each reason that there is, with values for all that its sentence may name.
func everyReason() []contract.Reason {
	return lo.Map(wording.Codes(), func(code contract.ReasonCode, _ int) contract.Reason {
		return wording.Reason(code, "detail", "the file is damaged", "setting", "DESPACHO_CHANNELS=payment", "route", "GET /api/orders", "said", "falta el documento", "run", "k0",
			"status", string(channels.ReadyToShip), "to", string(channels.NotDelivered), "outcome", string(contract.Rejected), "count", "3", "days", "7", "http", "404",
			"name", "2000001", "orders", "d1, d2", "channel", "Paris", "country", "MX", "countries", "CL", "connection", "c1", "warehouse", "w1", "warehouses", "w1, w2")
	})
}

// runOfEverything is a run that ends in every outcome for every reason, with all that a page can show.
func runOfEverything() (contract.RunResult, contract.Manifest) {
	result := contract.RunResult{
		Run: "k1", Merchant: "9b2d8a7e-5a0e-4c1c-9f1e-0d7a5b1c2d3e", State: contract.RunFailed, Outcomes: map[contract.Outcome]int{},
		LeftOut: 2, Elsewhere: 1, Strangers: 3,
		Files: []contract.PrintFile{
			{Key: "p/1.zpl", Format: "zpl", Group: "mercadolibre flex", Labels: 3}, {Key: "p/2.pdf", Format: "pdf", Group: "paris", Labels: 2, Pages: 2},
		},
		Lists:    []contract.ListFile{{Kind: contract.PickingList, Key: "p/3.xlsx", Format: "xlsx"}, {Kind: contract.PackingList, Key: "p/4.pdf", Format: "pdf"}},
		Controls: []contract.ControlFile{{Key: "p/5.pdf", ConnectionID: "c1", Channel: "mercadolibre", Orders: 1, Pages: 1}},
		Connections: []contract.ConnectionResult{
			{ID: "c1", Channel: "mercadolibre", Name: "Tienda Ñandú", State: contract.ConnectionDone, Requested: 2},
			{ID: "c2", Channel: "mercadolibre", Name: "Casa Sur", State: contract.ConnectionDone, Requested: 2},
		},
	}
	manifest := contract.Manifest{Sort: "single-first,sku,bin,deadline,courier,order,sold,channel,reverse", Group: contract.GroupChannel}
	for i, reason := range everyReason() {
		result.Connections = append(result.Connections, contract.ConnectionResult{
			ID: "s" + strconv.Itoa(i), Channel: "shopify", Name: "Web", State: contract.ConnectionSkipped, Reason: reason,
		})
		result.Reason = wording.Join(result.Reason, reason)
		for _, outcome := range contract.Outcomes() {
			result.Outcomes[outcome]++
			result.Requested++
			row := contract.ManifestRow{
				ID: "d", OrderNumber: "2000001234567890", ConnectionID: lo.Ternary(i%2 == 0, "c1", "c2"), Channel: lo.Ternary(i%3 == 0, "", "mercadolibre"),
				Outcome: outcome, Reason: reason, Items: []contract.Item{{SKU: "POLERA-M", Name: "Polera de algodón", Quantity: 2}, {Quantity: 1}},
				Courier: "Starken", Status: slices.Concat(contract.StatusOutcomes(), []contract.StatusOutcome{contract.StatusNone})[i%7],
			}
			if outcome == contract.Labelled {
				row.Position = new(i + 1)
				row.Labels = []contract.PrintedLabel{{File: "p/1.zpl", Format: "zpl", First: 1, Count: 2, NarrowBars: true}, {File: "p/2.pdf", Format: "pdf", First: 1, Count: 1, Slot: 2, Notes: []string{"shrunk to 80 %"}}}
			}
			manifest.Rows = append(manifest.Rows, row)
		}
	}
	return result, manifest
}

// englishWords are those of our English sentences that no Spanish or Portuguese one has, and common ones.
func englishWords() map[string]bool {
	in := map[wording.Language][]string{}
	for _, language := range []wording.Language{wording.Spanish, wording.Portuguese, wording.English} {
		for _, reason := range everyReason() {
			in[language] = append(in[language], wordsOf(wording.Say(reason, language))...)
		}
		for _, outcome := range contract.Outcomes() {
			o := wording.OfOutcome(outcome, language)
			in[language] = append(in[language], wordsOf(strings.Join([]string{o.Name, o.Meaning, o.Advice}, " "))...)
		}
		for _, state := range contract.RunStates() {
			in[language] = append(in[language], wordsOf(wording.RunState(state, language))...)
		}
	}
	known := lo.SliceToMap(slices.Concat(in[wording.Spanish], in[wording.Portuguese]), func(w string) (string, bool) { return w, true })
	words := lo.SliceToMap(in[wording.English], func(w string) (string, bool) { return w, true })
	for _, common := range wordsOf(`the and or order orders is are not of with without label labels file files page pages printed print by run runs channel channels
		status shop shops merchant connection total missing reason parcels positions position items quantity name number sort sorted deadline first last
		one two several other others start end begin none yes all this that these from for what why where when which who how can cannot must should was were be been
		has have had it its on at to in as an if then than before after until while only also more most less same new old next again held back ready gave up cancelled rejected
		shrunk cut narrow bars turned removed mended left out damaged refused skipped shipped delivered pending handling`) {
		words[common] = true
	}
	return lo.OmitBy(words, func(w string, _ bool) bool { return known[w] || slices.Contains(alsoSpanish, w) })
}

// alsoSpanish are words of both languages, and names.
var alsoSpanish = []string{
	"sale", "paris", "son", "no", "once", "real", "total", "has", "as", "control", "aplicaciones", "listado", "generar", "código",
}

var letters = regexp.MustCompile(`\p{L}{2,}`)

func wordsOf(text string) []string { return letters.FindAllString(strings.ToLower(text), -1) }

var (
	otherLanguages = regexp.MustCompile(`(?s)<section lang="(pt|en)">.*?</section>|<span lang="en">.*?</span>|<style>.*?</style>`)
	tags           = regexp.MustCompile(`(?s)<[^>]*>`)
	quoted         = regexp.MustCompile(`«[^»]*»`)
)

func textOfPage(t *testing.T, result contract.RunResult, manifest contract.Manifest) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, Write(&out, result, manifest, contract.PickUpRecord{PickUp: "p-1", Code: "RT-1", Number: "3000001", Channel: "paris", Status: string(channels.Pending)}, contract.PickUpRecord{PickUp: "p-2"}))
	return html.UnescapeString(tags.ReplaceAllString(otherLanguages.ReplaceAllString(out.String(), " "), " "))
}

// English in a text: words of our own, not what a channel says or what stands on a screen, which is quoted.
func englishIn(text string, english map[string]bool) []string {
	return lo.Uniq(lo.Filter(wordsOf(quoted.ReplaceAllString(text, " ")), func(w string, _ int) bool { return english[w] }))
}

func TestNoEnglishWordStandsOnWhatPackersRead(t *testing.T) {
	t.Parallel()
	english := englishWords()
	require.Greater(t, len(english), 300)
	result, manifest := runOfEverything()
	text := textOfPage(t, result, manifest)
	require.Contains(t, text, "protegido con contraseña")
	require.Contains(t, text, "«falta el documento»")

	papers := papersOf(t, manifest)
	papers["the page"] = text
	for name, text := range papers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Greater(t, len(wordsOf(text)), 10)
			assert.Empty(t, englishIn(text, english))
			for _, word := range []string{"the", "order", "held_back", "cancelled", "reason", "shrunk", "label"} {
				assert.NotEmpty(t, englishIn(text+" "+word, english), "it is seen when one is there: %s", word)
			}
		})
	}
}

// papersOf are the texts of the lists and of the pages between labels.
func papersOf(t *testing.T, manifest contract.Manifest) map[string]string {
	t.Helper()
	pile := lists.Pile{Run: "k1", Merchant: "Comercial Ñandú", Sort: manifest.Sort, Split: true, Bins: map[string]string{"POLERA-M": "A-1"}}
	for i, row := range manifest.Rows[:60] {
		pile.Orders = append(pile.Orders, lists.Order{
			Position: i + 1, Number: row.OrderNumber, Group: "Paris", Channel: "Paris", Shop: "Casa Sur", Courier: row.Courier, PartlyCancelled: true,
			Items: lo.Map(row.Items, func(i contract.Item, _ int) lists.Item { return lists.Item(i) }),
		})
	}
	separator := lists.Separator{
		Run: "k1", Group: "Paris", File: 1, Files: 2, Labels: 3, Orders: 2, First: 1, Last: 2, Sort: manifest.Sort,
		Parcels: []lists.NamedCount{{Name: "Starken", Count: 3}}, Shops: []lists.NamedCount{{Name: "Casa Sur", Count: 3}},
		Items: []lists.Item{{SKU: "POLERA-M", Quantity: 1}},
		Missing: lo.Map(contract.Outcomes(), func(o contract.Outcome, _ int) lists.Missing {
			name := func(language wording.Language) string { return wording.OfOutcome(o, language).Name }
			return lists.Missing{Count: 2, Example: "2000001", Never: !o.IsMissing(), Why: lists.Text{Spanish: name(wording.Spanish), Portuguese: name(wording.Portuguese)}}
		}),
	}
	texts := map[string]string{"the opening page as ZPL": fieldsOf(separator.Opening().ZPL()), "the closing page as ZPL": fieldsOf(separator.Closing().ZPL())}
	for name, page := range map[string]lists.Page{"the opening page as PDF": separator.Opening(), "the closing page as PDF": separator.Closing()} {
		data, err := page.PDF(288, 432)
		require.NoError(t, err)
		texts[name] = textOfPDF(t, data)
	}
	var paper, table bytes.Buffer
	require.NoError(t, lists.PickingPDF(&paper, pile))
	texts["the picking list as PDF"] = textOfPDF(t, paper.Bytes())
	paper = bytes.Buffer{}
	require.NoError(t, lists.PackingPDF(&paper, pile))
	texts["the packing list as PDF"] = textOfPDF(t, paper.Bytes())
	require.NoError(t, lists.PickingWorkbook(&table, pile))
	texts["the picking list as workbook"] = textOfWorkbook(t, &table)
	table = bytes.Buffer{}
	require.NoError(t, lists.PackingWorkbook(&table, pile))
	texts["the packing list as workbook"] = textOfWorkbook(t, &table)
	return texts
}

func textOfPDF(t *testing.T, data []byte) string {
	t.Helper()
	document, err := pdf.Check(data, pdf.Limits{})
	require.NoError(t, err)
	return strings.Join(lo.Times(document.Pages, func(i int) string { return document.Content(i).Text }), " ")
}

func textOfWorkbook(t *testing.T, data *bytes.Buffer) string {
	t.Helper()
	book, err := excelize.OpenReader(data)
	require.NoError(t, err)
	texts := book.GetSheetList()
	for _, sheet := range texts {
		rows, err := book.GetRows(sheet)
		require.NoError(t, err)
		texts = append(texts, lo.Flatten(rows)...)
	}
	return strings.Join(texts, " ")
}

// fieldsOf are the texts of the fields of a label in ZPL.
func fieldsOf(label []byte) string {
	hex := regexp.MustCompile(`_[0-9A-Fa-f]{2}`)
	fields := regexp.MustCompile(`(?s)\^FD(.*?)\^FS`).FindAllSubmatch(label, -1)
	return strings.Join(lo.Map(fields, func(f [][]byte, _ int) string {
		return string(hex.ReplaceAllFunc(f[1], func(code []byte) []byte {
			n, _ := strconv.ParseUint(string(code[1:]), 16, 8)
			return []byte{byte(n)}
		}))
	}), " ")
}

// Letters stand in a text that is checked word by word.
func TestWordsOfSeesLetters(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"ñandú", "held", "back"}, wordsOf("Ñandú held_back 12 "+string(unicode.ReplacementChar)))
}
