package sandbox

// Everything here is invented.

var products = []struct{ sku, name string }{
	{"A-2", "Polerón de algodón orgánico con capucha para niño, talla 10, azul"},
	{"A-10", "Polerón de algodón niña, talla 12"},
	{"A-1", "Calcetín deportivo señora (3 pares)"},
	{"CAM-9-ROJO", "Camisa leñador roja, año nuevo"},
	{"CAM-10-ROJO", "Camisa leñador roja, edición otoño"},
	{"ZAP-36", "Zapatilla urbana blanca nº 36"},
	{"ZAP-100", "Plantilla ortopédica de látex"},
	{"CAF-500", "Café en grano tostado 500 g, región de Ñuble, molienda media, bolsa con válvula"},
	{"PAO-07", "Forma para pão de ló em alumínio"},
	{"PAO-70", "Assadeira com tampa, coleção verão"},
	{"LAP-B2", "Lápices de colores \"Arcoíris\" 24 piezas"},
	{"MOC-15", "Mochila escolar & estuche, diseño montaña"},
	{"TEC-011", "Audífonos inalámbricos con micrófono 🎧 Bluetooth 5.3"},
	{"TEC-2", "Cargador rápido <20 W> para camión y auto"},
}

var warehouses = []struct{ code, name string }{
	{"B2", "Bodega Ñuñoa"},
	{"B10", "Bodega Central Quilicura"},
	{"B1", "Galpão São João"},
}

var firstNames = []string{"Compradora Ficticia", "Comprador Inventado", "Persona de Prueba", "Cliente Imaginaria", "Fulano de Muestra", "Pessoa Fictícia"}

var lastNames = []string{"Núñez Ejemplo", "Peña de Prueba", "Muñoz Ñandú", "Conceição Exemplo", "García Ensayo", "Müller-Ibáñez"}

var streets = []string{"Calle Inventada", "Avenida Sin Nombre", "Pasaje Los Ñirres", "Rua da Imaginação", "Camino El Ejemplo", "Avenida José Ficción"}

var communes = map[string][]string{
	"cl": {"Peñalolén", "Ñuñoa", "Viña del Mar", "Concepción", "Chillán"},
	"br": {"São José dos Campos", "Florianópolis", "Uberlândia", "Niterói"},
	"mx": {"Coyoacán", "Mérida", "San Andrés Cholula", "León"},
}

var regions = map[string]string{"cl": "Región de Ejemplo", "br": "Estado Fictício", "mx": "Estado de Muestra"}

var refusedPayments = []string{"pending", "rejected", "pending"}
