package channels

import (
	"strings"

	"github.com/samber/lo"
)

// courierRow is a courier with the other spellings that channels write.
type courierRow struct {
	name      string
	spellings []string // squashed to letters and digits; besides the name's own
}

// courierRows are couriers of the countries in which the hub's merchants sell. The guide gives the
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

// CourierName is the one name of a courier for any of its spellings, compared by letters and digits
// alone. A courier that is not known keeps its word.
func (t Table) CourierName(word string) string {
	squashed := squashLetters(word)
	if name, settled := t.couriers[squashed]; settled {
		return name
	}
	return lo.CoalesceOrEmpty(courierNames[squashed], word)
}

// CourierKey is equal for spellings of one courier's name that differ in case, accents, spaces and
// punctuation only; a word without letters and digits is its own.
func CourierKey(name string) string { return lo.CoalesceOrEmpty(squashLetters(name), name) }

// CourierOverrides are the overrides that New takes for couriers' names with their spellings between
// commas, as DESPACHO_COURIERS holds them ("Blue Express" → "BLX,BLUEXPRESS").
func CourierOverrides(names map[string]string) map[string]string {
	overrides := map[string]string{}
	for name, spellings := range names {
		for _, spelling := range strings.Split(spellings, ",") {
			overrides[courierHead+"/"+strings.TrimSpace(spelling)] = name
		}
	}
	return overrides
}
