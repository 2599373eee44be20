package channels

import (
	"cmp"
	"strings"
)

// courierRow is a courier with the other spellings that channels use for it.
type courierRow struct {
	name      string
	spellings []string // squashed to letters and digits, in addition to the name
}

// courierRows are couriers in the countries in which the hub's merchants sell. The guide gives the
// spellings of Blue Express ("Blue Express, BLX, entre otros", BLUEXPRESS) as an example.
var courierRows = []courierRow{
	// Chile
	{"Blue Express", []string{"blx", "bluexpress", "blue", "bluex", "bluexpresschile", "blueexpresschile"}},
	{"Chilexpress", []string{"chx", "chilexpres", "chileexpress"}},
	{"Starken", []string{"stk", "starkenturbus", "turbus", "turbuscargo"}},
	{"CorreosChile", []string{"correosdechile", "correochile"}},
	{"Pullman Cargo", []string{"pullman", "pullmango"}},
	{"Recibelo", []string{"recibelocl"}},
	{"Envíame", []string{"enviamecl"}},
	{"Fazt", []string{"faztcl"}},
	{"MOOVA", []string{"moovaio"}},
	// Mexico
	{"Estafeta", []string{"estafetamexicana"}},
	{"Paquetexpress", []string{"paqueteexpress", "paquetexpres"}},
	{"99 Minutos", []string{"99min", "99minutoscom", "noventaynueveminutos"}},
	{"Redpack", []string{"redpackmx"}},
	{"Tresguerras", []string{"transportestresguerras"}},
	{"Sendex", []string{"sendexmx"}},
	// Peru
	{"Olva Courier", []string{"olva", "olvacourierperu"}},
	{"Urbano", []string{"urbanoexpress", "urbanoperu", "urbanochile"}},
	{"Shalom", []string{"shalomperu", "shalomempresarial"}},
	{"Scharff", []string{"scharffperu"}},
	// Colombia
	{"Servientrega", []string{"servientregasa", "servientregacolombia"}},
	{"Coordinadora", []string{"coordinadoramercantil"}},
	{"Envía", []string{"enviacolvanes", "colvanes"}},
	{"Interrapidísimo", []string{"interrapidisimosa", "inter rapidisimo"}},
	{"TCC", []string{"tccsas"}},
	{"Deprisa", []string{"deprisacolombia"}},
	// Brazil and Argentina
	{"Correios", []string{"correiosbrasil", "ect"}},
	{"Jadlog", []string{"jadloglogistica"}},
	{"Loggi", []string{"loggibrasil"}},
	{"Andreani", []string{"andreanilogistica"}},
	{"OCA", []string{"ocaepak"}},
	{"Correo Argentino", []string{"correoargentinosa"}},
	// Everywhere
	{"DHL", []string{"dhlexpress", "dhlecommerce"}},
	{"FedEx", []string{"federalexpress", "fedexexpress"}},
	{"UPS", []string{"unitedparcelservice"}},
	{"Mercado Envíos", []string{"mercadoenvios", "mercadoenvio", "meli", "melienvios"}},
}

var courierNames = func() map[string]string {
	names := map[string]string{}
	for _, row := range courierRows {
		names[squashLetters(row.name)] = row.name
		for _, spelling := range row.spellings {
			names[squashLetters(spelling)] = row.name
		}
	}
	return names
}()

// CourierName is the one name that despacho uses for any spelling of a courier; only letters and
// digits are compared. An unknown courier keeps its spelling.
func (t Table) CourierName(word string) string {
	squashed := squashLetters(word)
	if name, settled := t.couriers[squashed]; settled {
		return name
	}
	return cmp.Or(courierNames[squashed], word)
}

// CourierKey is equal for spellings of a courier's name that differ only in case, accents, spaces
// and punctuation; a word without letters and digits is its own key.
func CourierKey(name string) string { return cmp.Or(squashLetters(name), name) }

// CourierOverrides converts names of couriers with comma-separated spellings, the form of
// DESPACHO_COURIERS ("Blue Express" → "BLX,BLUEXPRESS"), into the overrides that New takes.
func CourierOverrides(names map[string]string) map[string]string {
	overrides := map[string]string{}
	for name, spellings := range names {
		for _, spelling := range strings.Split(spellings, ",") {
			overrides[courierHead+"/"+strings.TrimSpace(spelling)] = name
		}
	}
	return overrides
}
