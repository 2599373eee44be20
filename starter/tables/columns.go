package tables

import (
	"os"

	"github.com/despacho/despacho/starter/usage"
)

// Columns of the tables that people make, with what they call them. A "guía de despacho" is a tax document, not a tracking number.
var (
	orderWords = []string{
		"pedido", "orden", "venta", "encomenda", "ordem", "compra", "id pedido", "pedido id", "id orden", "orden id", "order id", "id venta", "venta id",
		"orden de compra", "delivery order", "delivery id",
	}
	connectionColumn = Column{
		Names: []string{"connection", "connection_id"}, Words: []string{"conexión", "conexão", "id conexión", "conexión id"}, Kind: Code,
	}
	trackingColumn = Column{
		Names: []string{"tracking_number"}, Kind: Number,
		Words: []string{
			"seguimiento", "guía", "rastreo", "rastreio", "rastreamento", "código de seguimiento", "código de rastreo", "código de rastreio", "guía de envío",
			"orden de transporte", "OT", "tracking id", "tracking code", "waybill", "AWB",
		},
	}
	trackingURLColumn = Column{
		Names: []string{"tracking_url"},
		Words: []string{
			"link de seguimiento", "URL de seguimiento", "enlace de seguimiento", "link de rastreo", "link de rastreio", "seguimiento URL", "tracking link", "enlace", "link", "URL",
		},
	}
	courierColumn = Column{
		Names: []string{"courier"},
		Words: []string{"paquetería", "transportista", "transportadora", "mensajería", "transporte", "empresa de transporte", "operador logístico", "carrier"},
	}
	commentColumn = Column{
		Names: []string{"comment"}, Words: []string{"comentario", "comentarios", "comments", "observación", "observaciones", "observação", "observações"},
	}
	skuColumn = Column{
		Names: []string{"sku"}, Kind: Code, Needed: true,
		Words: []string{"código", "producto", "artículo", "produto", "código SKU", "código de producto", "código do produto"},
	}
	binColumn = Column{
		Names: []string{"bin"}, Kind: Code, Needed: true, Words: []string{"ubicación", "posición", "casillero", "estante", "localização", "posição", "location"},
	}
)

// readTable reads a file as a table; its error is a usage problem with the hint, which path is the flag's.
func readTable(flag, path, hint string, layout Layout) (*Table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usage.Errorf("check the path of "+flag, "the file cannot be read: %v", err)
	}
	defer file.Close()
	table, err := Read(path, file, layout)
	if err != nil {
		return nil, usage.Errorf(hint, "%v", err)
	}
	return table, nil
}
