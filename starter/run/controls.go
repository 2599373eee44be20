package run

import (
	"fmt"
	"html/template"
	"net/url"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
)

// controlDeliveries names the control files of a run: manifiesto-<run>-01-<connection>.pdf.
func controlDeliveries(result books.Result) []delivery {
	return lo.Map(result.Controls, func(file books.ControlFile, i int) delivery {
		connection := fileNamePart(connectionOf(result, file.ConnectionID))
		name := fmt.Sprintf("manifiesto-%s-%s-%s.pdf", fileNamePart(result.Run), twoDigits(i+1), connection[:min(len(connection), longestGroup)])
		return delivery{key: file.Key, name: name, bytes: file.Bytes, sha256: file.SHA256, control: file}
	})
}

// connectionOf is the name of a run's connection.
func connectionOf(result books.Result, id string) string {
	c, _ := lo.Find(result.Connections, func(c books.ConnectionResult) bool { return c.ID == id })
	return orDefault(c.Name, id)
}

// pageControl is a control file on the page.
type pageControl struct {
	Name          string
	Link          template.URL
	Use           string
	Connection    string
	Orders, Pages int
	Size          string
}

func newPageControl(result books.Result, d delivery) pageControl {
	return pageControl{
		Name: d.name, Link: template.URL(url.PathEscape(d.name)), Size: sizeWords(d.control.Bytes),
		Use:        fmt.Sprintf("Manifiesto (hoja de control) de %s", channelName(d.control.Channel)),
		Connection: connectionOf(result, d.control.ConnectionID), Orders: d.control.Orders, Pages: d.control.Pages,
	}
}

// withoutControl says of each channel that makes control files how many printed labels came without one.
func withoutControl(result books.Result, rows []books.Row) []string {
	covered := map[string]int{}
	for _, c := range result.Controls {
		covered[c.Channel] += c.Orders
	}
	printed := lo.CountValuesBy(lo.Filter(rows, func(r books.Row, _ int) bool { return r.Outcome == books.Labelled }), func(r books.Row) string { return r.Channel })
	channels := lo.Uniq(lo.Map(result.Controls, func(c books.ControlFile, _ int) string { return c.Channel }))
	return lo.FilterMap(channels, func(slug string, _ int) (string, bool) {
		n := printed[slug] - covered[slug]
		return fmt.Sprintf("%s: %s sin manifiesto en esta tanda", channelName(slug), lo.Ternary(n == 1, "1 etiqueta", fmt.Sprintf("%d etiquetas", n))), n > 0
	})
}
