package run

import "github.com/despacho/despacho/activities/books"

// statusWords say in Spanish what a channel's status of a labelled order means
// when it is not as it should be.
var statusWords = map[books.ChannelStatus]string{
	books.StatusRefused: "El canal rechazó el aviso de despacho: revisarlo en el canal.",
	books.StatusLate:    "El canal no confirmó el aviso de despacho: revisarlo en el canal.",
}

// runStateWords say in Spanish where a run stands.
var runStateWords = map[books.RunState]string{
	books.RunRunning:   "en curso",
	books.RunWaiting:   "en espera",
	books.RunPaused:    "en pausa: falta la autorización de la cuenta",
	books.RunCompleted: "terminada",
	books.RunCancelled: "cancelada",
	books.RunFailed:    "con error",
}

// listWords name the lists in Spanish.
var listWords = map[string]string{
	books.PickingList: "Lista de picking: qué buscar, por ubicación y SKU",
	books.PackingList: "Lista de packing: qué va en cada pedido",
}
