package multivende

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestWhatIsPassedOnOfWordsFromOutside(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Order do not exists": "Order do not exists",
		"StatusCodeError: 404 - {\"message\":\"Order do not exists\",\"error\":\"order_not_found\",\"status\":404}": `StatusCodeError: 404 - {"message":"Order do not exists","error":"order_not_found","status":404}`,
		"Shipment 40012345678 status is delivered, cause NOT_PRINTABLE_STATUS":                                      "Shipment [number] status is delivered, cause NOT_PRINTABLE_STATUS",
		"invalid_shipment_ff_public (SHPLAB0218)":                                                                   "invalid_shipment_ff_public (SHPLAB0218)",
		"E034: Order Item must be packed. Please call setStatusToReadyToShip before":                                "E034: Order Item must be packed. Please call setStatusToReadyToShip before",
		"El paquete ya fue despachado":                                                                              "El paquete ya fue despachado",
		"Pedido sin stock en el canal":                                                                              "Pedido sin stock en el canal",
		"Dirección inválida: el código postal es requerido":                                                         "Dirección inválida: el código postal es requerido",
		"Pedido não encontrado; etiqueta indisponível":                                                              "Pedido não encontrado; etiqueta indisponível",
		"Internal Server Error":                                                                                     "Internal Server Error",
		"order 9fddd14d-8eda-46d8-867f-26ae43b3491f not found":                                                      "order 9fddd14d-8eda-46d8-867f-26ae43b3491f not found",
		"Comprador Juan Pérez Soto, Av. Libertador Bernardo 742, depto 5, no existe":                                "Comprador …, no existe",
		"RUT 12.345.678-5 inválido":                                                                                 "RUT [number] inválido",
		"RUT 1.234.567-K inválido, o 12,345,678-5":                                                                  "RUT [number] inválido, o …",
		"CURP PEGJ800101HDFRRN09 rechazada":                                                                         "CURP … rechazada",
		"RFC PEGJ800101AB1 rechazado":                                                                               "RFC … rechazado",
		"CPF 123.456.789-09 inválido":                                                                               "CPF [number] inválido",
		"teléfono +56 9 8765 4321, (11) 98765-4321":                                                                 "… [number], (11) [number]",
		"correo juan.perez@example.com de JUANPEREZ1985 y juan_perez_soto":                                          "… [e-mail] de … y …",
		"cliente JuanPerez, nacido 01/02/1980":                                                                      "cliente …",
		"":                                                                                                          "",
	} {
		assert.Equal(t, want, withoutNames(given), given)
	}
	assert.LessOrEqual(t, utf8.RuneCountInString(withoutNames(strings.Repeat("no ", 5000))), maxExcerpt)
}

// People and places, invented, as they stand in addresses of three countries.
var (
	given    = []string{"Juan", "María José", "Ñusta", "João", "Conceição", "Guadalupe", "Lautaro", "Ximena", "Inês", "Jesús", "Ángel", "Dolores", "Benjamín", "Letícia", "Xóchitl"}
	families = []string{"Pérez", "Núñez", "da Silva", "dos Santos", "de la Cruz", "Hernández", "Müller-Ibáñez", "O'Higgins", "Quispe", "Cárdenas", "Araújo", "Gonçalves", "Dias", "Sales", "Chaves", "Campos"}
	streets  = []string{"Av. Libertador", "Calle Los Ñirres", "Rua da Imaginação", "Pasaje Nueva Esperanza", "Avenida Insurgentes Sur", "Calle 16 de Septiembre", "Camino El Ejemplo", "Rua Sete"}
	frames   = []string{"Comprador %s no existe", "delivery to %s failed", "%s: endereço inválido", `{"message":"%s"}`, "%s", "No se pudo enviar a %s (E034)", "address=%s&status=400", "error_%s_not_found", "<%s>"}
)

// secretsOf are a buyer's details, each of which names him, or part of him.
func secretsOf(random *rand.Rand) []string {
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	name, family := pick(given), pick(families)
	digits := func(format string) string {
		return strings.Map(func(r rune) rune {
			if r == '#' {
				return rune('0' + random.IntN(10))
			}
			return r
		}, format)
	}
	plain := accents.Replace(strings.ToLower(strings.ReplaceAll(name+"."+family, " ", "")))
	return []string{
		name, family, pick(streets), digits("##.###.###-K"), digits("########-#"), digits("#########"), digits("###.###.###-##"),
		digits("PEGJ######HDFRRN##"), digits("PEGJ######AB#"), digits("+56 9 #### ####"), digits("(##) #####-####"), digits("55 #### ####"),
		plain + "@example.com", strings.ToUpper(plain), strings.ReplaceAll(plain, ".", "_"), digits("#####-###"), digits("##,###,###-#"), digits("##/##/19##"),
	}
}

// joints are what may stand between one detail and the next.
var joints = []string{" ", ", ", "; ", "\n", " - ", "/", ",", "", "_", "\u200b", "|"}

func TestNoBuyerIsNamedByWordsFromOutside(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 16)) //nolint:gosec // the same cases every time
		secrets := secretsOf(random)
		random.Shuffle(len(secrets), func(i, j int) { secrets[i], secrets[j] = secrets[j], secrets[i] })
		told := secrets[:1+random.IntN(4)]
		words := fmt.Sprintf(frames[random.IntN(len(frames))], strings.Join(told, joints[random.IntN(len(joints))]))
		requireNamesNobody(t, words, excerptOf([]byte(words)), told)
		requireNamesNobody(t, words, withoutNames(words), told)
	}
}

func requireNamesNobody(t *testing.T, words, passedOn string, told []string) {
	t.Helper()
	lower := folded(passedOn)
	for _, secret := range told {
		for _, part := range strings.FieldsFunc(folded(secret), func(r rune) bool { return strings.ContainsRune(" .,-/@_+()'", r) }) {
			if utf8.RuneCountInString(part) > 4 {
				assert.NotContains(t, lower, part, "%q became %q", words, passedOn)
			}
		}
		assert.NotContains(t, lower, folded(secret), "%q became %q", words, passedOn)
	}
}

func FuzzSaid(f *testing.F) {
	f.Add("Comprador Juan Pérez, Av. Siempreviva 742, RUT 12.345.678-5")
	f.Add("9fddd14d-8eda-46d8-867f-26ae43b3491f \x00\u202e…")
	f.Fuzz(func(t *testing.T, words string) {
		passedOn := withoutNames(words)
		assert.LessOrEqual(t, utf8.RuneCountInString(passedOn), maxExcerpt)
		assert.True(t, utf8.ValidString(passedOn))
		for _, piece := range saidPiece.FindAllString(passedOn, -1) {
			assert.True(t, piece == "…" || isSaid(piece), "%q in %q", piece, passedOn)
		}
	})
}
