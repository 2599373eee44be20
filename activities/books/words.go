package books

// Language is one in which packers read.
type Language string

// The languages of what packers read.
const (
	Spanish    Language = "es"
	Portuguese Language = "pt"
	English    Language = "en"
)

// Words explain an outcome to a packer: its name, what it means, what to do.
type Words struct{ Name, Meaning, Advice string }

// WordsOf explains an outcome in a language.
func WordsOf(outcome Outcome, language Language) Words {
	if words, found := outcomeWords[outcome][language]; found {
		return words
	}
	return Words{Name: string(outcome)}
}

// outcomeWords is the one table of what outcomes are called.
var outcomeWords = map[Outcome]map[Language]Words{
	Labelled: {
		Spanish:    {"Con etiqueta", "La etiqueta está en los archivos de esta tanda.", "Pegar la etiqueta y despachar."},
		Portuguese: {"Com etiqueta", "A etiqueta está nos arquivos deste lote.", "Colar a etiqueta e despachar."},
		English:    {"Labelled", "The label is in the files of this run.", "Stick it on and ship."},
	},
	AlreadyPrinted: {
		Spanish:    {"Ya impreso", "La etiqueta salió en una tanda anterior.", "Usar esa etiqueta; para imprimirla otra vez, pedir una reimpresión."},
		Portuguese: {"Já impresso", "A etiqueta saiu em um lote anterior.", "Usar aquela etiqueta; para imprimir de novo, pedir uma reimpressão."},
		English:    {"Already printed", "The label is in the files of an earlier run.", "Use that one; to print it again, ask for a reprint."},
	},
	HeldBack: {
		Spanish:    {"Retenido", "El pago o la venta todavía no están confirmados.", "No preparar todavía; revisar el pago en Multivende."},
		Portuguese: {"Retido", "O pagamento ou a venda ainda não foram confirmados.", "Não preparar ainda; conferir o pagamento no Multivende."},
		English:    {"Held back", "It is not paid, not verified, or its sale is not registered.", "Do not pack it yet; look at its payment in the hub."},
	},
	NotReady: {
		Spanish:    {"Aún no disponible", "El canal todavía no entrega la etiqueta.", "Dejar aparte y pedir la etiqueta en la próxima tanda."},
		Portuguese: {"Ainda não disponível", "O canal ainda não entregou a etiqueta.", "Separar e pedir a etiqueta no próximo lote."},
		English:    {"Not ready", "The channel has no label yet.", "Put it aside; the next run asks again."},
	},
	Cancelled: {
		Spanish:    {"Cancelado", "La venta o el envío se canceló.", "No despachar; devolver los productos a su lugar."},
		Portuguese: {"Cancelado", "A venda ou a entrega foi cancelada.", "Não despachar; devolver os produtos ao estoque."},
		English:    {"Cancelled", "The sale or the delivery was cancelled.", "Do not ship it."},
	},
	Unsupported: {
		Spanish:    {"Sin etiqueta del canal", "Este canal o este tipo de envío no tiene etiquetas en Multivende.", "Despachar con el método propio de la tienda."},
		Portuguese: {"Sem etiqueta do canal", "Este canal ou tipo de envio não tem etiquetas no Multivende.", "Despachar pelo método próprio da loja."},
		English:    {"Unsupported", "This channel or shipping mode has no labels in the hub.", "Ship it the shop's own way."},
	},
	StatusNotSynced: {
		Spanish:    {"Estado sin confirmar", "El canal no confirmó el estado que pide antes de dar la etiqueta.", "Revisar el pedido en el canal y volver a intentarlo."},
		Portuguese: {"Status não confirmado", "O canal não confirmou o status que exige antes da etiqueta.", "Conferir o pedido no canal e tentar de novo."},
		English:    {"Status not synced", "The channel did not take the status that it wants before a label.", "Look at the order on the channel, then try again."},
	},
	Rejected: {
		Spanish:    {"Rechazado", "El canal rechazó la etiqueta de este pedido.", "Leer el motivo y revisar el pedido en el canal."},
		Portuguese: {"Rejeitado", "O canal recusou a etiqueta deste pedido.", "Ler o motivo e conferir o pedido no canal."},
		English:    {"Rejected", "The channel refused this order's label.", "Read the reason and look at the order on the channel."},
	},
	UnknownOrder: {
		Spanish:    {"Pedido desconocido", "Multivende no conoce este número de pedido.", "Revisar el número; puede estar mal escrito o ser de otro comercio."},
		Portuguese: {"Pedido desconhecido", "O Multivende não conhece este número de pedido.", "Conferir o número; pode estar errado ou ser de outra loja."},
		English:    {"Unknown order", "The hub does not know this id.", "Check the number."},
	},
	CorruptLabel: {
		Spanish:    {"Etiqueta dañada", "El archivo llegó roto, vacío, con clave o era de otro pedido.", "Volver a intentarlo; si se repite, descargarla desde el canal."},
		Portuguese: {"Etiqueta corrompida", "O arquivo veio quebrado, vazio, com senha ou era de outro pedido.", "Tentar de novo; se repetir, baixar pelo canal."},
		English:    {"Corrupt label", "The file was broken, empty, locked, or another order's.", "Try again; if it happens again, take it from the channel."},
	},
	NotAuthorised: {
		Spanish:    {"Sin permiso", "Multivende no permite trabajar con esta conexión.", "Avisar a quien administra la cuenta: hay que volver a conectar el canal."},
		Portuguese: {"Sem permissão", "O Multivende não permite trabalhar com esta conexão.", "Avisar quem administra a conta: é preciso reconectar o canal."},
		English:    {"Not authorised", "The hub does not let us work on this connection.", "Have the connection authorised again."},
	},
	GaveUp: {
		Spanish:    {"Sin respuesta", "Se pidió varias veces y la etiqueta no llegó.", "Volver a intentarlo más tarde o descargarla desde el canal."},
		Portuguese: {"Sem resposta", "Foi pedida várias vezes e a etiqueta não veio.", "Tentar mais tarde ou baixar pelo canal."},
		English:    {"Gave up", "It was asked for several times and no label came.", "Try again later, or take it from the channel."},
	},
}
