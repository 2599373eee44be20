package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/wording"
)

// testPatience is how long a test label may take to come out.
const testPatience = 30 * time.Second

// Opener opens printers; devices.Open is one.
type Opener func(context.Context, printing.Printer) (printing.Device, error)

// counting is a device that can say what its printer's counter of labels shows.
type counting interface {
	// Counter is what the counter shows; false when it is not known.
	Counter(ctx context.Context) (labels int64, known bool)
}

// Tested is what came of a test label.
type Tested struct {
	Printer printing.Printer
	// Before and After are what the printer answered before and after the label.
	Before, After printing.Status
	// CounterBefore and CounterAfter are what its counter showed, nil where it has none.
	CounterBefore, CounterAfter *int64
	// Sent: the label was sent; Outcome says whether it came out, Took how long that took.
	Sent    bool
	Outcome printing.Outcome
	Took    time.Duration
	// SendError says why it was not sent, or not wholly.
	SendError error
}

// Test prints a small label and says what the printer answered. Nothing is sent to a printer that is not
// ready. It must not run while the printer works on a job.
func Test(ctx context.Context, printer printing.Printer, open Opener) (Tested, error) {
	tested := Tested{Printer: printer}
	device, err := open(ctx, printer)
	if err != nil {
		return tested, err
	}
	err = tested.run(ctx, device)
	return tested, errors.Join(err, device.Close())
}

func (t *Tested) run(ctx context.Context, device printing.Device) error {
	var err error
	if t.Before, err = device.Look(ctx); err != nil || !t.Before.Ready() {
		t.After = t.Before
		return err
	}
	t.CounterBefore = counterOf(ctx, device)
	label, err := testLabel(t.Printer, time.Now())
	if err != nil {
		return err
	}
	begin := time.Now()
	if t.SendError = device.Send(ctx, label); t.SendError == nil {
		t.Sent = true
		err = t.await(ctx, device, begin)
	}
	if err != nil {
		return err
	}
	t.Took = time.Since(begin)
	if t.After, err = device.Look(ctx); err != nil {
		return err
	}
	t.CounterAfter = counterOf(ctx, device)
	return nil
}

// await waits until the label is out, the printer cannot say any more, or patience ends.
func (t *Tested) await(ctx context.Context, device printing.Device, begin time.Time) error {
	for {
		outcome, err := device.Outcome(ctx)
		t.Outcome = outcome
		if err != nil || outcome.Out > 0 || outcome.InDoubt || outcome.Failed || time.Since(begin) > testPatience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func counterOf(ctx context.Context, device printing.Device) *int64 {
	if c, can := device.(counting); can {
		if labels, known := c.Counter(ctx); known {
			return &labels
		}
	}
	return nil
}

// testWords are what a test says, in a language.
type testWords struct {
	before, after, counter, noCounter, out, inDoubt, notOut, notSent, notReady, well, doubtful string
}

var wordsOfTest = map[wording.Language]testWords{
	wording.Spanish: {
		before: "Antes", after: "Después", counter: "Contador de etiquetas: %d antes, %d después", noCounter: "La impresora no dice cuántas etiquetas imprimió: se le pregunta si le queda algo por imprimir",
		out: "La etiqueta de prueba salió en %.1f s", inDoubt: "La impresora no confirma que la etiqueta salió: revisarla. Si salió, marcar la impresora como «sin contador»",
		notOut: "La etiqueta de prueba no salió", notSent: "La etiqueta de prueba no se envió entera", notReady: "No se envió nada: la impresora no está lista",
		well: "lista", doubtful: "respuesta dudosa",
	},
	wording.Portuguese: {
		before: "Antes", after: "Depois", counter: "Contador de etiquetas: %d antes, %d depois", noCounter: "A impressora não diz quantas etiquetas imprimiu: pergunta-se se ainda tem algo para imprimir",
		out: "A etiqueta de teste saiu em %.1f s", inDoubt: "A impressora não confirma que a etiqueta saiu: verificar. Se saiu, marcar a impressora como «sem contador»",
		notOut: "A etiqueta de teste não saiu", notSent: "A etiqueta de teste não foi enviada inteira", notReady: "Nada foi enviado: a impressora não está pronta",
		well: "pronta", doubtful: "resposta duvidosa",
	},
	wording.English: {
		before: "Before", after: "After", counter: "Counter of labels: %d before, %d after", noCounter: "The printer does not say how many labels it has printed: it is asked whether it has anything left to print",
		out: "The test label came out in %.1f s", inDoubt: "The printer does not confirm that the label came out: look at it. If it did, mark the printer as having no counter",
		notOut: "The test label did not come out", notSent: "The test label was not sent as a whole", notReady: "Nothing was sent: the printer is not ready",
		well: "ready", doubtful: "doubtful answer",
	},
}

// Lines say in a language what came of the test, for people.
func (t Tested) Lines(language wording.Language) []string {
	words := wordsOfTest[language]
	lines := []string{words.before + ": " + words.status(t.Before, language)}
	switch {
	case t.SendError != nil:
		lines = append(lines, words.notSent+": "+t.SendError.Error())
	case !t.Sent:
		return append(lines, words.notReady)
	case t.Outcome.Out > 0:
		lines = append(lines, fmt.Sprintf(words.out, t.Took.Seconds()))
	case t.Outcome.InDoubt:
		lines = append(lines, words.inDoubt)
	default:
		lines = append(lines, words.notOut)
	}
	lines = append(lines, words.after+": "+words.status(t.After, language))
	switch {
	case t.CounterBefore != nil && t.CounterAfter != nil:
		lines = append(lines, fmt.Sprintf(words.counter, *t.CounterBefore, *t.CounterAfter))
	case t.Printer.Kind == printing.Raw:
		lines = append(lines, words.noCounter)
	}
	return lines
}

// status is a printer's status in words, with what it said.
func (w testWords) status(status printing.Status, language wording.Language) string {
	var parts []string
	if status.Ready() {
		parts = append(parts, w.well)
	}
	for _, condition := range status.Conditions {
		words := wording.OfCondition(condition, language)
		parts = append(parts, words.Name+". "+words.Advice)
	}
	if status.Doubtful {
		parts = append(parts, w.doubtful)
	}
	text := strings.Join(parts, " ")
	if status.Said != "" {
		text += " [" + status.Said + "]"
	}
	return text
}
