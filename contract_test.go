package despacho_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
)

// dependencies are the packages that a package is linked with.
func dependencies(t *testing.T, path string) []string {
	t.Helper()
	command := exec.Command("go", "list", "-deps", path)
	command.Env = append(os.Environ(), "GOWORK=off")
	out, err := command.Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	require.Greater(t, len(deps), 50)
	return deps
}

// TestTheContractIsLight: partners import it, so it brings nothing of ours, and of others only
// Temporal's small types.
func TestTheContractIsLight(t *testing.T) {
	t.Parallel()
	for _, imported := range ours(t)["contract"].Imports {
		if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
			assert.Contains(t, []string{"go.temporal.io/api/enums/v1", "go.temporal.io/sdk/temporal"}, imported)
		}
	}
	for _, linked := range dependencies(t, "./contract") {
		used, isOurs := strings.CutPrefix(linked, module+"/")
		assert.False(t, isOurs && used != "contract", "the contract brings %s", linked)
	}
}

// TestTheGatewayOpensNoFile: what faces the internet, or others link, links nothing that reads labels or workbooks.
func TestTheGatewayOpensNoFile(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"./gateway", "./client"} {
		opensNoFile(t, program)
	}
}

func opensNoFile(t *testing.T, program string) {
	t.Helper()
	allowed := []string{"gateway", "gateway/door", "gateway/run", "hooks", "partners", "activities/intakebook", "contract", "contract/manifestcsv", "printing", "printing/book", "wording", "client", "service", "service/answers", "service/secretfile", "service/tracing", "service/version", "service/wholefile", "storage", "storage/scratch", "multivende"}
	for _, linked := range dependencies(t, program) {
		if used, isOurs := strings.CutPrefix(linked, module+"/"); isOurs {
			assert.Contains(t, allowed, used, "%s links it", program)
		}
		for _, heavy := range []string{"github.com/pdfcpu", "github.com/xuri", "github.com/boombuler", "golang.org/x/image", "github.com/klippa-app", "github.com/tetratelabs", "github.com/makiuchi-d"} {
			assert.False(t, within(linked, heavy) || strings.HasPrefix(linked, heavy), "%s links %s", program, linked)
		}
	}
}

// TestTheContractNamesWhatThereIs: it holds lists of its own of what other packages can do.
func TestTheContractNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	assert.Equal(t, pdf.StockNames(), contract.Stocks())
	for _, name := range contract.Stocks() {
		stock, err := pdf.ParseStock(name)
		require.NoError(t, err)
		assert.Equal(t, stock.Slots(), contract.StockSlots(name), name)
	}
	assert.Equal(t, contract.Fits(), lo.Map(pdf.Fits(), func(f pdf.Fit, _ int) string { return string(f) }))
	texts := func(statuses []channels.Status) (names []string) {
		for _, status := range statuses {
			names = append(names, string(status))
		}
		return names
	}
	assert.Equal(t, texts(channels.SettableStatuses()), contract.SettableStatuses())
	assert.Equal(t, texts(channels.SettablePickUpStatuses()), contract.SettablePickUpStatuses())
}

// TestAnotherModuleStartsARun builds the contract's example as a partner would.
func TestAnotherModuleStartsARun(t *testing.T) {
	t.Parallel()
	root, err := os.Getwd()
	require.NoError(t, err)
	partner := t.TempDir()
	module, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	_, requirements, _ := strings.Cut(string(module), "\ngo ")
	gomod := "module example.com/partner\n\ngo " + requirements +
		"\nrequire github.com/despacho/despacho v0.0.0\n\nreplace github.com/despacho/despacho => " + root + "\n"
	example, err := os.ReadFile("contract/example_test.go")
	require.NoError(t, err)
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	for name, content := range map[string]string{
		"go.mod": gomod, "go.sum": string(sums), "partner_test.go": strings.Replace(string(example), "package contract_test", "package partner_test", 1),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(partner, name), []byte(content), 0o600))
	}
	command := exec.Command("go", "vet", "-mod=mod", ".")
	command.Dir, command.Env = partner, append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off")
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
}
