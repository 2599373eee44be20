package page

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/wording"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// page is what a packer reads about a run: figures and lists, nothing of a buyer.
type page struct {
	Run, State           string
	Merchant, MerchantID string
	Reason               string
	Requested, Ready     int
	Missing, Printed     int
	Cancelled, Never     int
	LeftOut, Elsewhere   int
	Sort                 string
	Files, Lists         []pageFile
	ZPL, PDF             string // a file of each format, as an example
	Controls             []pageControl
	WithoutControl       []string
	PickUps              []pagePickUp
	MorePickUps          int
	Faults               []pageOrder // should have a label, and have none
	Narrow               []pageOrder // labelled, and hard to scan
	Warnings             []pageOrder // labelled, and the channel was not told
	Cancellations        []pageOrder
	Unsupported          []pageOrder // never get a label of their channel
	Earlier              []pageOrder // printed by an earlier run
	Pile                 []pageOrder
	Prints               contract.PrintCounts
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
	Prints   string
	Title    string
	Meaning  string
	Advice   string
	Detail   string
}

type pageConnection struct{ Name, Channel, Reason string }

// pageSummary is the page in short in another language.
type pageSummary struct {
	Language wording.Language
	Title    string
	Figures  string
	Lines    []string
}

// Write writes the page that goes with a run's files: which they are, in
// which order the labels lie, what is missing and why. Spanish, then Portuguese
// and English in short. One HTML file that needs no network.
// PickUps are those of the merchant that wait.
func Write(w io.Writer, result contract.RunResult, manifest contract.Manifest, pickUps ...contract.PickUpRecord) error {
	p := newPage(result, manifest)
	shown := pickUps[:min(len(pickUps), pickUpsOnPage)]
	p.PickUps, p.MorePickUps = lo.Map(shown, func(r contract.PickUpRecord, _ int) pagePickUp { return newPagePickUp(r) }), len(pickUps)-len(shown)
	return pageTemplate.Execute(w, p)
}

// Save fetches the files of a run into a folder, as [client.Download] does, and writes the page
// beside them as index.html. PickUps are those of the merchant that wait.
func Save(ctx context.Context, store client.Store, result contract.RunResult, folder string, pickUps ...contract.PickUpRecord) ([]client.Fetched, error) {
	fetched, err := client.Download(ctx, store, result, folder)
	if err != nil {
		return fetched, err
	}
	manifest, err := client.ReadPrintedManifest(ctx, store, result)
	if err != nil {
		return fetched, err
	}
	same, err := client.WriteFile(filepath.Join(folder, pageName), func(w io.Writer) error {
		return Write(w, result, manifest, pickUps...)
	})
	if err != nil {
		return fetched, err
	}
	return append(fetched, client.Fetched{Name: pageName, How: lo.Ternary(same, client.AlreadyThere, client.Written)}), nil
}

// pageName is the file's name of the page.
const pageName = "index.html"

func newPage(result contract.RunResult, manifest contract.Manifest) page {
	p := page{
		Run: result.Run, Merchant: merchantName(result), MerchantID: result.Merchant,
		State: wording.RunState(result.State, wording.Spanish), Reason: wording.Say(result.Reason, wording.Spanish),
		Requested: result.Requested, Ready: result.Outcomes[contract.Labelled], Printed: result.Outcomes[contract.AlreadyPrinted],
		Cancelled: result.Outcomes[contract.Cancelled], Never: result.Outcomes[contract.Unsupported], Missing: missing(result),
		LeftOut: result.LeftOut, Elsewhere: result.Elsewhere, Sort: lists.SortWords(manifest.Sort).Spanish, Summaries: summaries(result),
		WithoutControl: withoutControl(result, manifest.Rows), Prints: manifest.PrintCounts(),
	}
	names := map[string]string{}
	for _, d := range client.Files(result) {
		switch {
		case d.Print.Key != "":
			names[d.Key] = d.Name
			p.addFile(newPageFile(d, manifest.Group), client.Extension(d.Print))
		case d.List.Key != "":
			p.Lists = append(p.Lists, newPageList(d))
		case d.Control.Key != "":
			p.Controls = append(p.Controls, newPageControl(result, d))
		}
	}
	shops := books.ShopNames(manifest.Rows)
	for _, row := range manifest.Rows {
		order := newPageOrder(row, names)
		order.Channel = strings.Join(lo.Compact([]string{order.Channel, shops[row.ConnectionID]}), " · ")
		p.addOrder(row, order)
	}
	for _, c := range result.Connections {
		if c.State == contract.ConnectionSkipped || c.State == contract.ConnectionNotAuthorised {
			p.Skipped = append(p.Skipped, pageConnection{terminal.ConnectionName(c), terminal.ChannelName(c.Channel), wording.Say(c.Reason, wording.Spanish)})
		}
	}
	return p
}

// missing counts the orders of a run that should have a label and have none.
func missing(result contract.RunResult) int {
	return lo.Sum(lo.Map(contract.Outcomes(), func(o contract.Outcome, _ int) int { return lo.Ternary(o.IsMissing(), result.Outcomes[o], 0) }))
}

// merchantName is what packers call the merchant: its name or, where only the hub's id is known, its shops.
func merchantName(result contract.RunResult) string {
	if uuid.Validate(result.Merchant) != nil {
		return result.Merchant
	}
	shops := lo.FilterMap(result.Connections, func(c contract.ConnectionResult, _ int) (string, bool) {
		return c.Name, c.Name != "" && c.Requested > 0
	})
	return strings.Join(lo.Uniq(shops), " · ")
}

func (p *page) addFile(file pageFile, extension string) {
	p.Files = append(p.Files, file)
	switch extension {
	case ".zpl":
		p.ZPL = cmp.Or(p.ZPL, file.Name)
	case ".pdf":
		p.PDF = cmp.Or(p.PDF, file.Name)
	}
}

func (p *page) addOrder(row contract.ManifestRow, order pageOrder) {
	switch {
	case row.Outcome.IsMissing():
		p.Faults = append(p.Faults, order)
	case row.Outcome == contract.AlreadyPrinted:
		p.Earlier = append(p.Earlier, order)
	case row.Outcome == contract.Cancelled:
		p.Cancellations = append(p.Cancellations, order)
	case row.Outcome == contract.Unsupported:
		p.Unsupported = append(p.Unsupported, order)
	default:
		p.addLabelled(row, order)
	}
}

func (p *page) addLabelled(row contract.ManifestRow, order pageOrder) {
	p.Pile = append(p.Pile, order)
	if lo.SomeBy(row.Labels, func(l contract.PrintedLabel) bool { return l.NarrowBars }) {
		p.Narrow = append(p.Narrow, order)
	}
	if words := wording.Untold(row.Status, wording.Spanish); words != "" {
		order.Meaning = words
		p.Warnings = append(p.Warnings, order)
	}
}

func newPageFile(d client.File, by contract.GroupBy) pageFile {
	file := pageFile{
		Name: d.Name, Link: template.URL(url.PathEscape(d.Name)), Labels: d.Print.Labels,
		Pages: "—", Size: terminal.SizeWords(d.Print.Bytes), Use: "Archivo",
	}
	switch client.Extension(d.Print) {
	case ".zpl":
		file.Use = "Impresora térmica (ZPL)"
	case ".pdf":
		file.Use, file.Pages = "Cualquier impresora (PDF)", fmt.Sprint(d.Print.Pages)
	}
	if d.Print.Group != "" {
		file.Use += " · " + groupWords(d.Print.Group, by)
	}
	return file
}

// groupWords name the part of the pile that a file holds; Flex labels are a part of their own.
func groupWords(group string, by contract.GroupBy) string {
	name, apart := strings.CutSuffix(" "+group, " flex")
	if name = strings.TrimSpace(name); by == contract.GroupChannel {
		name = terminal.ChannelName(name)
	}
	if !apart {
		return name
	}
	return strings.Join(lo.Compact([]string{name, "Flex"}), " ")
}

func newPageList(d client.File) pageFile {
	return pageFile{
		Name: d.Name, Link: template.URL(url.PathEscape(d.Name)), Size: terminal.SizeWords(d.List.Bytes),
		Use: listWords[d.List.Kind] + lo.Ternary(d.List.Format == "pdf", " (PDF, para imprimir)", " (hoja de cálculo)"),
	}
}

func newPageOrder(row contract.ManifestRow, names map[string]string) pageOrder {
	words := wording.OfOutcome(row.Outcome, wording.Spanish)
	order := pageOrder{
		Name: OrderName(row), Channel: terminal.ChannelName(row.Channel), Tracking: row.TrackingNumber, Detail: wording.Say(row.Reason, wording.Spanish),
		Title: words.Name, Meaning: words.Meaning, Advice: words.Advice,
		Items: strings.Join(lo.Map(row.Items, func(i contract.Item, _ int) string { return lists.Item(i).String() }), ", "),
	}
	if row.Position != nil {
		order.Position = *row.Position
	}
	var places []string
	for _, label := range row.Labels {
		if label.File != "" && label.Count > 0 {
			places = append(places, cmp.Or(names[label.File], label.File)+", "+placeWords(label))
		}
	}
	order.Place = strings.Join(places, "; ")
	order.Prints = strings.Join(lo.FilterMap(row.Labels, func(l contract.PrintedLabel, i int) (string, bool) {
		words := printWords(l.LabelPrints)
		if len(row.Labels) > 1 && words != "" {
			words = fmt.Sprintf("%d.ª: %s", i+1, words)
		}
		return words, words != ""
	}), "; ")
	return order
}

func placeWords(label contract.PrintedLabel) string {
	what := lo.Ternary(label.Format == "pdf", "página", "etiqueta")
	if label.Slot > 0 {
		return fmt.Sprintf("%s %d, lugar %d", what, label.First, label.Slot)
	}
	if label.Count == 1 {
		return fmt.Sprintf("%s %d", what, label.First)
	}
	return fmt.Sprintf("%ss %d a %d", what, label.First, label.First+label.Count-1)
}

// printWords say when and where a label came out of a printer, or that this is in doubt.
func printWords(prints contract.LabelPrints) string {
	words := ""
	switch {
	case prints.PrintState.IsOnPaper():
		words = fmt.Sprintf("impresa el %s en %s", terminal.MomentWords(prints.PrintedAt), prints.PrintedOn)
	case prints.PrintState.MayBeOnPaper():
		return "no se sabe si salió"
	}
	if prints.Prints > 1 {
		words += fmt.Sprintf(" (%d veces)", prints.Prints)
	}
	return words
}

func summaries(result contract.RunResult) []pageSummary {
	ready := result.Outcomes[contract.Labelled]
	all := []pageSummary{
		{Language: wording.Portuguese, Title: "Em português", Figures: fmt.Sprintf("%d de %d pedidos com etiqueta; faltam %d.", ready, result.Requested, missing(result))},
		{Language: wording.English, Title: "In English", Figures: fmt.Sprintf("%d of %d orders have a label; %d are missing.", ready, result.Requested, missing(result))},
	}
	for i := range all {
		for _, outcome := range contract.Outcomes() {
			if count := result.Outcomes[outcome]; count > 0 {
				words := wording.OfOutcome(outcome, all[i].Language)
				all[i].Lines = append(all[i].Lines, fmt.Sprintf("%s: %d. %s %s", words.Name, count, words.Meaning, words.Advice))
			}
		}
	}
	return all
}

// OrderName is the number by which people know an order.
func OrderName(r contract.ManifestRow) string { return cmp.Or(r.OrderNumber, r.Code, r.ID) }
