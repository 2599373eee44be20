package door

import (
	"slices"

	"github.com/despacho/despacho/wording"
)

// Code says why a request was refused.
type Code string

// Why requests are refused here.
const (
	CodeHost       Code = "unknown_host"
	CodeNoRoute    Code = "no_route"
	CodeMethod     Code = "wrong_method"
	CodeForeign    Code = "other_site"
	CodeUnpaired   Code = "not_paired"
	CodeNoPerson   Code = "no_person"
	CodeToken      Code = "wrong_token"
	CodeTooLarge   Code = "too_large"
	CodeNotJSON    Code = "not_json"
	CodeBadRequest Code = "bad_request"
	CodeStore      Code = "store_away"
	CodeTooMany    Code = "too_many_windows"

	CodeWrongCode     Code = "wrong_code"
	CodeTooFast       Code = "too_fast"
	CodeFull          Code = "site_full"
	CodeUnknownPerson Code = "unknown_person"
	CodeNeedsPIN      Code = "needs_pin"
	CodeWrongPIN      Code = "wrong_pin"
	CodeLocked        Code = "pin_locked"
)

// words are those of each code in Spanish, Portuguese and English.
var words = map[Code][3]string{
	CodeHost: {
		"Esta dirección no es de la estación: usa la que muestra `station pair`.",
		"Este endereço não é da estação: use o que `station pair` mostra.",
		"This is no address of the station: use the one that `station pair` shows, or add the name to DESPACHO_STATION_HOSTS.",
	},
	CodeNoRoute:  {"Aquí no hay nada.", "Aqui não há nada.", "There is nothing here."},
	CodeMethod:   {"Eso no se puede hacer aquí.", "Isso não pode ser feito aqui.", "That cannot be done here."},
	CodeForeign:  {"La pidió otra página: abre la estación por su dirección.", "Outra página fez o pedido: abra a estação pelo endereço dela.", "Another site's page asked for it: open the station by its address."},
	CodeUnpaired: {"Este equipo no está conectado a la estación: pide un código.", "Este aparelho não está conectado à estação: peça um código.", "This device is not paired with the station: ask for a code."},
	CodeNoPerson: {"¿Quién eres? Elige tu nombre o escanea tu credencial.", "Quem é você? Escolha seu nome ou leia seu crachá.", "Who are you? Choose your name or scan your badge."},
	CodeToken:    {"La página es antigua: ábrela de nuevo.", "A página é antiga: abra de novo.", "The page is old: open it again."},
	CodeTooLarge: {"Es demasiado grande.", "É grande demais.", "It is too large."},
	CodeNotJSON:  {"La estación no entiende lo que envió la página: ábrela de nuevo.", "A estação não entende o que a página enviou: abra de novo.", "The station does not understand what the page sent: open it again."},
	CodeBadRequest: {
		"La estación no entiende lo que envió la página: ábrela de nuevo.", "A estação não entende o que a página enviou: abra de novo.",
		"The station does not understand what the page sent: open it again.",
	},
	CodeStore: {
		"La estación no llega a su almacén de datos. Espera un poco y prueba otra vez.", "A estação não alcança seus dados. Espere um pouco e tente de novo.",
		"The station cannot reach its store. Wait a moment and try again.",
	},
	CodeTooMany:       {"Hay demasiadas ventanas abiertas: cierra algunas.", "Há janelas abertas demais: feche algumas.", "Too many windows are open: close some."},
	CodeWrongCode:     {"El código no vale: está mal escrito, ya se usó o venció.", "O código não vale: está errado, já foi usado ou venceu.", "The code is wrong, was used, or is over."},
	CodeTooFast:       {"Demasiados intentos: espera un minuto.", "Tentativas demais: espere um minuto.", "Too many tries: wait a minute."},
	CodeFull:          {"No caben más equipos: pide que quiten uno.", "Não cabem mais aparelhos: peça que removam um.", "There are as many devices as there may be: have one removed."},
	CodeUnknownPerson: {"Nadie con ese nombre o credencial trabaja aquí.", "Ninguém com esse nome ou crachá trabalha aqui.", "Nobody of that name or badge works here."},
	CodeNeedsPIN:      {"Escribe tu PIN.", "Digite seu PIN.", "Enter your PIN."},
	CodeWrongPIN:      {"El PIN no es correcto.", "O PIN não está certo.", "The PIN is wrong."},
	CodeLocked:        {"Demasiados PIN incorrectos: espera unos minutos.", "PINs errados demais: espere alguns minutos.", "Too many wrong PINs: wait some minutes."},
}

func sayCode(code Code, in wording.Language) string {
	at := slices.Index(languages, in)
	return words[code][max(at, 0)]
}

// languages are those of words, in its order.
var languages = []wording.Language{wording.Spanish, wording.Portuguese, wording.English}
