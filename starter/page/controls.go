package page

import (
	"fmt"
	"html/template"
	"net/url"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
)

// pageControl is a control file on the page.
type pageControl struct {
	Name          string
	Link          template.URL
	Use           string
	Connection    string
	Orders, Pages int
	Size          string
}

func newPageControl(result contract.RunResult, d client.File) pageControl {
	return pageControl{
		Name: d.Name, Link: template.URL(url.PathEscape(d.Name)), Size: terminal.SizeWords(d.Control.Bytes),
		Use:        fmt.Sprintf("Manifiesto (hoja de control) de %s", terminal.ChannelName(d.Control.Channel)),
		Connection: client.ConnectionName(result, d.Control.ConnectionID), Orders: d.Control.Orders, Pages: d.Control.Pages,
	}
}

// withoutControl says of each channel that makes control files how many printed labels came without one.
func withoutControl(result contract.RunResult, rows []contract.ManifestRow) []string {
	covered := map[string]int{}
	for _, c := range result.Controls {
		covered[c.Channel] += c.Orders
	}
	printed := lo.CountValuesBy(lo.Filter(rows, func(r contract.ManifestRow, _ int) bool { return r.Outcome == contract.Labelled }), func(r contract.ManifestRow) string { return r.Channel })
	channels := lo.Uniq(lo.Map(result.Controls, func(c contract.ControlFile, _ int) string { return c.Channel }))
	return lo.FilterMap(channels, func(slug string, _ int) (string, bool) {
		n := printed[slug] - covered[slug]
		return fmt.Sprintf("%s: %s sin manifiesto en esta tanda", terminal.ChannelName(slug), lo.Ternary(n == 1, "1 etiqueta", fmt.Sprintf("%d etiquetas", n))), n > 0
	})
}
