package desk

import (
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/wording"
)

// wordKey names a sentence that the page shows; where it is a failure's, it is also its code.
type wordKey string

// The sentences of failures, and of what the picture lacks.
const (
	wordRequest      wordKey = "request"
	wordLarge        wordKey = "too_large"
	wordNoRun        wordKey = "no_run"
	wordNoOrder      wordKey = "no_order"
	wordNoFile       wordKey = "no_file"
	wordNoPreview    wordKey = "no_preview"
	wordNoPrinter    wordKey = "no_printer"
	wordNotCancelled wordKey = "not_cancelled"
	wordTooMany      wordKey = "too_many"
	wordAgainWhole   wordKey = "again_whole"
	wordReason       wordKey = "reason"
	wordScanTwice    wordKey = "scan_twice"
	wordTwoTables    wordKey = "two_tables"
	wordStore        wordKey = "store"
	wordTemporal     wordKey = "temporal"

	wordOldStore    wordKey = "old_store"
	wordOldTemporal wordKey = "old_temporal"
	wordNoSheet     wordKey = "no_sheet"
	wordNoParcel    wordKey = "no_parcel"
)

// The sentences of scans.
const (
	wordNoScan           wordKey = "scan_none"
	wordUnknown          wordKey = "scan_unknown"
	wordNobodyWants      wordKey = "scan_nobody_wants"
	wordSeveral          wordKey = "scan_several"
	wordOrder            wordKey = "scan_order"
	wordNoLabel          wordKey = "scan_no_label"
	wordTaken            wordKey = "scan_taken"
	wordDoubt            wordKey = "scan_doubt"
	wordPartly           wordKey = "scan_partly"
	wordWaited           wordKey = "scan_waited"
	wordNotSingle        wordKey = "scan_not_single"
	wordPrinting         wordKey = "scan_printing"
	wordAlarm            wordKey = "scan_alarm"
	wordVerify           wordKey = "scan_verify"
	wordNotOpen          wordKey = "scan_not_open"
	wordItem             wordKey = "scan_item"
	wordWrongItem        wordKey = "scan_wrong_item"
	wordEnoughOfIt       wordKey = "scan_enough"
	wordComplete         wordKey = "scan_complete"
	wordCompleteTaken    wordKey = "scan_complete_taken"
	wordCompletePrinting wordKey = "scan_complete_printing"
)

// troubleWords say what the picture lacks.
var troubleWords = map[board.Trouble]wordKey{board.TroubleStore: wordOldStore, board.TroubleTemporal: wordOldTemporal}

// words are the sentences in each language; a test holds the three complete.
var words = map[wording.Language]map[wordKey]string{
	wording.Spanish: {
		wordRequest:      "La página envió algo que no se entiende: recargarla y volver a intentarlo.",
		wordLarge:        "La página envió demasiado de una vez.",
		wordNoRun:        "Esa tanda no está a la vista: puede ser de hace varios días.",
		wordNoOrder:      "Ese pedido no está en las tandas a la vista.",
		wordNoFile:       "Ese archivo ya no está en el almacén de etiquetas.",
		wordNoPreview:    "El servidor no dibuja esta etiqueta: la dibuja la página, o se puede descargar.",
		wordNoPrinter:    "Elegir una impresora: no hay ninguna con ese nombre en esta bodega.",
		wordNotCancelled: "Ese pedido no está cancelado.",
		wordTooMany:      "Son demasiadas etiquetas de una vez: elegir una parte.",
		wordAgainWhole:   "Para imprimir otra vez hay que decir cuáles: una etiqueta, un rango o «desde aquí».",
		wordReason:       "Para imprimir otra vez hay que elegir un motivo; «otro» necesita un texto.",
		wordScanTwice:    "Dos lecturas distintas llegaron con el mismo número: recargar la página.",
		wordTwoTables:    "Otra mesa está revisando el mismo pedido: ponerse de acuerdo y volver a leer.",
		wordStore:        "El almacén de etiquetas no responde. Nada se perdió: volver a intentarlo.",
		wordTemporal:     "El servidor de las colas no responde. Nada se perdió: volver a intentarlo.",
		wordOldStore:     "El almacén de etiquetas no responde: lo que se ve puede estar atrasado.",
		wordOldTemporal:  "El servidor de las colas no responde: lo que se ve puede estar atrasado.",
		wordNoSheet:      "Esa hoja de entrega no existe.",
		wordNoParcel:     "Nada por entregar a este courier: otra mesa pudo cerrar la hoja.",

		wordNoScan:           "Esto no se puede leer como un código: leer otra vez.",
		wordUnknown:          "Ningún pedido a la vista tiene este código.",
		wordNobodyWants:      "Todos los pedidos con este producto ya tienen su etiqueta impresa.",
		wordSeveral:          "Este código es de varios pedidos: elegir uno.",
		wordOrder:            "Pedido encontrado. Enter imprime la etiqueta.",
		wordNoLabel:          "Este pedido no tiene etiqueta.",
		wordTaken:            "La etiqueta de este pedido ya salió o está por salir: no se imprime otra vez.",
		wordDoubt:            "No se sabe si la etiqueta de este pedido salió: contestar primero en la impresora.",
		wordPartly:           "El canal canceló una parte de este pedido: revisar qué se despacha. Enter imprime.",
		wordWaited:           "La lectura esperó en la página, así que no imprime sola. Enter imprime la etiqueta.",
		wordNotSingle:        "El pedido lleva más de una unidad o etiqueta: revisarlo. Enter imprime.",
		wordPrinting:         "La etiqueta va a la impresora.",
		wordAlarm:            "PEDIDO CANCELADO: no despachar. Apartar el paquete y confirmar.",
		wordVerify:           "Leer cada producto del pedido: la etiqueta sale con el último.",
		wordNotOpen:          "El pedido abierto ya no está a la vista: leer el pedido otra vez.",
		wordItem:             "Producto correcto. Faltan otros.",
		wordWrongItem:        "PRODUCTO EQUIVOCADO: no es de este pedido.",
		wordEnoughOfIt:       "SOBRA UNO: el pedido ya tiene todas las unidades de este producto.",
		wordComplete:         "Pedido completo. Enter imprime la etiqueta.",
		wordCompleteTaken:    "Pedido completo. Su etiqueta ya salió o está por salir.",
		wordCompletePrinting: "Pedido completo: la etiqueta va a la impresora.",
	},
	wording.Portuguese: {
		wordRequest:      "A página enviou algo que não se entende: recarregue-a e tente de novo.",
		wordLarge:        "A página enviou demais de uma vez.",
		wordNoRun:        "Esse lote não está à vista: pode ser de vários dias atrás.",
		wordNoOrder:      "Esse pedido não está nos lotes à vista.",
		wordNoFile:       "Esse arquivo já não está no armazém de etiquetas.",
		wordNoPreview:    "O servidor não desenha esta etiqueta: a página a desenha, ou pode ser baixada.",
		wordNoPrinter:    "Escolha uma impressora: não há nenhuma com esse nome neste depósito.",
		wordNotCancelled: "Esse pedido não está cancelado.",
		wordTooMany:      "São etiquetas demais de uma vez: escolha uma parte.",
		wordAgainWhole:   "Para imprimir de novo é preciso dizer quais: uma etiqueta, um intervalo ou «daqui em diante».",
		wordReason:       "Para imprimir de novo é preciso escolher um motivo; «outro» precisa de um texto.",
		wordScanTwice:    "Duas leituras diferentes chegaram com o mesmo número: recarregue a página.",
		wordTwoTables:    "Outra mesa está conferindo o mesmo pedido: combinem e leiam de novo.",
		wordStore:        "O armazém de etiquetas não responde. Nada se perdeu: tente de novo.",
		wordTemporal:     "O servidor das filas não responde. Nada se perdeu: tente de novo.",
		wordOldStore:     "O armazém de etiquetas não responde: o que se vê pode estar atrasado.",
		wordOldTemporal:  "O servidor das filas não responde: o que se vê pode estar atrasado.",
		wordNoSheet:      "Essa folha de entrega não existe.",
		wordNoParcel:     "Nada por entregar a esta transportadora: outra mesa pode ter fechado a folha.",

		wordNoScan:           "Isto não pode ser lido como um código: leia de novo.",
		wordUnknown:          "Nenhum pedido à vista tem este código.",
		wordNobodyWants:      "Todos os pedidos com este produto já têm a etiqueta impressa.",
		wordSeveral:          "Este código é de vários pedidos: escolha um.",
		wordOrder:            "Pedido encontrado. Enter imprime a etiqueta.",
		wordNoLabel:          "Este pedido não tem etiqueta.",
		wordTaken:            "A etiqueta deste pedido já saiu ou está para sair: não se imprime de novo.",
		wordDoubt:            "Não se sabe se a etiqueta deste pedido saiu: responda primeiro na impressora.",
		wordPartly:           "O canal cancelou uma parte deste pedido: confira o que se despacha. Enter imprime.",
		wordWaited:           "A leitura esperou na página, por isso não imprime sozinha. Enter imprime a etiqueta.",
		wordNotSingle:        "O pedido leva mais de uma unidade ou etiqueta: confira-o. Enter imprime.",
		wordPrinting:         "A etiqueta vai para a impressora.",
		wordAlarm:            "PEDIDO CANCELADO: não despachar. Separe o pacote e confirme.",
		wordVerify:           "Leia cada produto do pedido: a etiqueta sai com o último.",
		wordNotOpen:          "O pedido aberto já não está à vista: leia o pedido de novo.",
		wordItem:             "Produto certo. Faltam outros.",
		wordWrongItem:        "PRODUTO ERRADO: não é deste pedido.",
		wordEnoughOfIt:       "SOBRA UM: o pedido já tem todas as unidades deste produto.",
		wordComplete:         "Pedido completo. Enter imprime a etiqueta.",
		wordCompleteTaken:    "Pedido completo. A sua etiqueta já saiu ou está para sair.",
		wordCompletePrinting: "Pedido completo: a etiqueta vai para a impressora.",
	},
	wording.English: {
		wordRequest:      "The page sent something that cannot be understood: reload it and try again.",
		wordLarge:        "The page sent too much at a time.",
		wordNoRun:        "That run is not in view: it may be several days old.",
		wordNoOrder:      "That order is in none of the runs in view.",
		wordNoFile:       "That file is no longer in the label store.",
		wordNoPreview:    "The server does not draw this label: the page does, or it can be downloaded.",
		wordNoPrinter:    "Choose a printer: this warehouse has none of that name.",
		wordNotCancelled: "That order is not cancelled.",
		wordTooMany:      "Too many labels at a time: choose a part of them.",
		wordAgainWhole:   "To print again, say which: one label, a range, or “from here on”.",
		wordReason:       "To print again, choose a reason; “other” needs a text.",
		wordScanTwice:    "Two different scans came with the same number: reload the page.",
		wordTwoTables:    "Another table is checking the same order: agree who does, and scan again.",
		wordStore:        "The label store does not answer. Nothing is lost: try again.",
		wordTemporal:     "The server of the queues does not answer. Nothing is lost: try again.",
		wordOldStore:     "The label store does not answer: what you see may be out of date.",
		wordOldTemporal:  "The server of the queues does not answer: what you see may be out of date.",
		wordNoSheet:      "There is no such hand-over sheet.",
		wordNoParcel:     "Nothing to hand over to this courier: another table may have closed the sheet.",

		wordNoScan:           "This cannot be read as a code: scan it again.",
		wordUnknown:          "No order in view has this code.",
		wordNobodyWants:      "All orders with this product have their label printed already.",
		wordSeveral:          "Several orders have this code: choose one.",
		wordOrder:            "Order found. Enter prints the label.",
		wordNoLabel:          "This order has no label.",
		wordTaken:            "This order's label has come out or is about to: it is not printed again.",
		wordDoubt:            "Nobody knows whether this order's label came out: answer at the printer first.",
		wordPartly:           "The channel has cancelled a part of this order: check what is shipped. Enter prints.",
		wordWaited:           "The scan waited in the page, so it does not print by itself. Enter prints the label.",
		wordNotSingle:        "The order has more than one piece or label: check it. Enter prints.",
		wordPrinting:         "The label goes to the printer.",
		wordAlarm:            "ORDER CANCELLED: do not ship. Put the parcel aside and confirm.",
		wordVerify:           "Scan each product of the order: the label comes out with the last one.",
		wordNotOpen:          "The open order is no longer in view: scan the order again.",
		wordItem:             "Right product. Others are still missing.",
		wordWrongItem:        "WRONG PRODUCT: it is not part of this order.",
		wordEnoughOfIt:       "ONE TOO MANY: the order has all pieces of this product already.",
		wordComplete:         "Order complete. Enter prints the label.",
		wordCompleteTaken:    "Order complete. Its label has come out or is about to.",
		wordCompletePrinting: "Order complete: the label goes to the printer.",
	},
}

// in words the sentence in a language.
func (k wordKey) in(language wording.Language) string {
	sentences, known := words[language]
	if !known {
		sentences = words[wording.Spanish]
	}
	return sentences[k]
}

// says is an answer to a scan.
func says(kind api.ScanKind, word wordKey, language wording.Language) api.ScanOut {
	return api.ScanOut{Kind: kind, Words: word.in(language)}
}
