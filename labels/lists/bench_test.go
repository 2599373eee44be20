package lists_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/lists"
)

// BenchmarkTenThousandOrders writes each list of 10,000 orders with three items each.
func BenchmarkTenThousandOrders(b *testing.B) {
	pile := lists.Pile{Run: "run", Sort: "single-first,deadline,order", Orders: lo.Times(10_000, func(i int) lists.Order {
		return lists.Order{
			Position: i + 1, Number: fmt.Sprintf("2000012345%06d", i), Channel: "Mercado Libre", Shop: []string{"Tienda Norte", "Loja do Sul"}[i%2],
			Courier: "Blue Express", Tracking: fmt.Sprintf("MEL43%09d", i), Items: lo.Times(3, func(k int) lists.Item {
				return lists.Item{SKU: fmt.Sprintf("CAM-%d-ROJO", (i*3+k)%2000), Name: "Polerón de algodón orgánico con capucha para niño, talla 10, azul", Quantity: 1 + k}
			}),
		}
	})}
	for _, list := range []struct {
		name  string
		write func(io.Writer, lists.Pile) error
	}{
		{"picking xlsx", lists.PickingWorkbook}, {"picking pdf", lists.PickingPDF}, {"packing xlsx", lists.PackingWorkbook}, {"packing pdf", lists.PackingPDF},
	} {
		b.Run(list.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, list.write(io.Discard, pile))
			}
		})
	}
}
