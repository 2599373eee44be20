package page

import "github.com/despacho/despacho/contract"

// listWords name the lists in Spanish.
var listWords = map[string]string{
	contract.PickingList: "Lista de picking: qué buscar, por ubicación y SKU",
	contract.PackingList: "Lista de packing: qué va en cada pedido",
}
