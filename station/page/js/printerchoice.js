// Choosing the printer of this table; each with its light.

import { h } from "./paint.js";
import { t } from "./words.js";
import { icon } from "./icons.js";
import { chosenPrinter, lightOf, printers } from "./printers.js";

// printerChoice is a fieldset whose radios are marked with the action "printer"; the first may want the focus.
export function printerChoice(autofocus) {
  const chosen = chosenPrinter();
  return h("fieldset.printers", {},
    h("legend", {}, t("print.printer")),
    printers().length === 0 && h("p", {}, t("today.no_printers")),
    printers().map((printer, i) => {
      const light = lightOf(printer);
      return h("label.choice", { key: printer.name, class: light },
        h("input", { type: "radio", name: "printer", value: printer.name, checked: chosen?.name === printer.name, autofocus: autofocus && i === 0, "data-on": "printer" }),
        h("b", {}, printer.name), h("small", {}, printer.stock), h("span.light", {}, icon(light), t(`light.${light}`)));
    }));
}
