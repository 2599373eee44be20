package run

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/labels/lists"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// page is what a packer reads about a run: figures and lists, nothing of a buyer.
type page struct {
	Run, Merchant, State string
	Reason               string
	Requested, Ready     int
	Missing              int
	Printed, LeftOut     int
	Sort                 string
	Files, Lists         []pageFile
	Controls             []pageControl
	WithoutControl       []string
	PickUps              []pagePickUp
	MorePickUps          int
	Faults               []pageOrder // without a label, and not printed earlier
	Earlier              []pageOrder // printed by an earlier run
	Warnings             []pageOrder // labelled, and the channel was not told
	Pile                 []pageOrder
	Skipped              []pageConnection
	Summaries            []pageSummary
}

type pageFile struct {
	Name   string
	Link   template.URL
	Use    string
	Labels int
	Pages  string
	Size   string
}

type pageOrder struct {
	Position int
	Name     string
	Channel  string
	Items    string
	Tracking string
	Place    string
	Title    string
	Meaning  string
	Advice   string
	Detail   string
}

type pageConnection struct{ Name, Channel, Reason string }

// pageSummary is the page in short in another language.
type pageSummary struct {
	Language books.Language
	Title    string
	Figures  string
	Lines    []string
}

// WritePage writes the page that goes with a run's files: which they are, in
// which order the labels lie, what is missing and why. Spanish, then Portuguese
// and English in short. One HTML file that needs no network.
// PickUps are those of the merchant that wait.
func WritePage(w io.Writer, result books.Result, manifest books.Manifest, pickUps ...activities.PickUpRecord) error {
	p := newPage(result, manifest)
	shown := pickUps[:min(len(pickUps), pickUpsOnPage)]
	p.PickUps, p.MorePickUps = lo.Map(shown, func(r activities.PickUpRecord, _ int) pagePickUp { return newPagePickUp(r) }), len(pickUps)-len(shown)
	return pageTemplate.Execute(w, p)
}

func newPage(result books.Result, manifest books.Manifest) page {
	all := deliveries(result)
	files := lo.Filter(all, func(d delivery, _ int) bool { return d.file.Key != "" })
	listed := lo.Filter(all, func(d delivery, _ int) bool { return d.list.Key != "" })
	names := lo.SliceToMap(files, func(d delivery) (string, string) { return d.key, d.name })
	p := page{
		Run: result.Run, Merchant: result.Merchant, State: orDefault(runStateWords[result.State], string(result.State)), Reason: result.Reason,
		Requested: result.Requested, Ready: result.Outcomes[books.Labelled], Printed: result.Outcomes[books.AlreadyPrinted],
		LeftOut: result.LeftOut, Sort: lists.SortWords(manifest.Sort).Spanish, Summaries: summaries(result),
		Files: lo.Map(files, func(d delivery, _ int) pageFile { return newPageFile(d) }),
		Lists: lo.Map(listed, func(d delivery, _ int) pageFile { return newPageList(d) }),
	}
	for _, d := range all {
		if d.control.Key != "" {
			p.Controls = append(p.Controls, newPageControl(result, d))
		}
	}
	p.WithoutControl = withoutControl(result, manifest.Rows)
	p.Missing = p.Requested - p.Ready - p.Printed
	for _, row := range manifest.Rows {
		order := newPageOrder(row, names)
		switch row.Outcome {
		case books.Labelled:
			p.Pile = append(p.Pile, order)
			if words := statusWords[row.Status]; words != "" {
				order.Meaning = words
				p.Warnings = append(p.Warnings, order)
			}
		case books.AlreadyPrinted:
			p.Earlier = append(p.Earlier, order)
		default:
			p.Faults = append(p.Faults, order)
		}
	}
	for _, c := range result.Connections {
		if c.State == books.ConnectionSkipped || c.State == books.ConnectionNotAuthorised {
			p.Skipped = append(p.Skipped, pageConnection{connectionName(c), channelName(c.Channel), c.Reason})
		}
	}
	return p
}

func newPageFile(d delivery) pageFile {
	file := pageFile{
		Name: d.name, Link: template.URL(url.PathEscape(d.name)), Labels: d.file.Labels,
		Pages: "—", Size: sizeWords(d.file.Bytes), Use: "Archivo",
	}
	switch fileExtension(d.file) {
	case ".zpl":
		file.Use = "Impresora térmica (ZPL)"
	case ".pdf":
		file.Use, file.Pages = "Cualquier impresora (PDF)", fmt.Sprint(d.file.Pages)
	}
	if d.file.Group != "" {
		file.Use += " · " + d.file.Group
	}
	return file
}

func newPageList(d delivery) pageFile {
	return pageFile{
		Name: d.name, Link: template.URL(url.PathEscape(d.name)), Size: sizeWords(d.list.Bytes),
		Use: listWords[d.list.Kind] + lo.Ternary(d.list.Format == "pdf", " (PDF, para imprimir)", " (Excel)"),
	}
}

func newPageOrder(row books.Row, names map[string]string) pageOrder {
	words := books.WordsOf(row.Outcome, books.Spanish)
	order := pageOrder{
		Name: orderName(row), Channel: channelName(row.Channel), Tracking: row.TrackingNumber, Detail: row.Reason,
		Title: words.Name, Meaning: words.Meaning, Advice: words.Advice,
		Items: strings.Join(lo.Map(row.Items, func(i books.Item, _ int) string { return fmt.Sprintf("%d × %s", i.Quantity, i.SKU) }), ", "),
	}
	if row.Position != nil {
		order.Position = *row.Position
	}
	var places []string
	for _, label := range row.Labels {
		if label.File != "" && label.Count > 0 {
			places = append(places, orDefault(names[label.File], label.File)+", "+placeWords(label))
		}
	}
	order.Place = strings.Join(places, "; ")
	return order
}

func channelName(slug string) string {
	if slug == "" {
		return ""
	}
	return channels.BySlug(slug).Name
}

func placeWords(label books.Printed) string {
	what := lo.Ternary(label.Format == "pdf", "página", "etiqueta")
	if label.Slot > 0 {
		return fmt.Sprintf("%s %d, lugar %d", what, label.First, label.Slot)
	}
	if label.Count == 1 {
		return fmt.Sprintf("%s %d", what, label.First)
	}
	return fmt.Sprintf("%ss %d a %d", what, label.First, label.First+label.Count-1)
}

func summaries(result books.Result) []pageSummary {
	ready := result.Outcomes[books.Labelled]
	missing := result.Requested - ready - result.Outcomes[books.AlreadyPrinted]
	all := []pageSummary{
		{Language: books.Portuguese, Title: "Em português", Figures: fmt.Sprintf("%d de %d pedidos com etiqueta; faltam %d.", ready, result.Requested, missing)},
		{Language: books.English, Title: "In English", Figures: fmt.Sprintf("%d of %d orders have a label; %d are missing.", ready, result.Requested, missing)},
	}
	for i := range all {
		for _, outcome := range books.Outcomes() {
			if count := result.Outcomes[outcome]; count > 0 {
				words := books.WordsOf(outcome, all[i].Language)
				all[i].Lines = append(all[i].Lines, fmt.Sprintf("%s: %d. %s %s", words.Name, count, words.Meaning, words.Advice))
			}
		}
	}
	return all
}
