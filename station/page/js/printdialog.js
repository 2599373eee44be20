// Imprimir: a pile or a part of it, in its order, on a printer.

import { h } from "./paint.js";
import { t } from "./words.js";
import { post } from "./api.js";
import { newID } from "./ids.js";
import { changed, state } from "./state.js";
import { closeDialog } from "./dialogs.js";
import { say } from "./say.js";
import { withPerson } from "./person.js";
import { choosePrinter, chosenPrinter, printers } from "./printers.js";
import { printerChoice } from "./printerchoice.js";
import { icon } from "./icons.js";
import { channelName } from "./channels.js";

// printDialog prints what of a run, or of a pile of it, was never printed.
export function printDialog(run, pile) {
  const id = newID(); // one id a dialog: Enter twice asks for the same job
  const chosenBefore = chosenPrinter() !== undefined;
  let busy = false;
  let wrong = "";

  async function print(form) {
    if (busy) return;
    const printer = chosenPrinter();
    wrong = printer ? "" : t("print.no_printer");
    if (wrong) return;
    busy = true;
    try {
      const answer = await withPerson(() => post("/api/print", { id, printer: printer.name, select: selected(form, run, pile) }));
      if (answer) {
        closeDialog(dialog);
        say(doneWords(answer, printer.name), answer.labels > 0 ? "good" : "");
      }
    } catch (failure) {
      if (failure.words === undefined) throw failure;
      wrong = failure.words;
    } finally {
      busy = false;
      changed();
    }
  }

  const dialog = {
    name: "print",
    title: pile ? t("print.title_pile", { channel: pile.shop || channelName(pile.channel), courier: pile.courier || "—" }) : t("print.title_run", { run: run.run }),
    paint: () => form(run, pile, { wrong, busy, chosenBefore }),
    actions: {
      print,
      printer: (element) => choosePrinter(element.value),
    },
  };
  return dialog;
}

// doneWords says what became of a request to print.
export function doneWords(answer, printer) {
  const parts = [answer.labels > 0 ? t("print.sent", { n: answer.labels, printer }) : t("print.nothing")];
  if (answer.ahead > 0) parts.push(t("print.ahead", { n: answer.ahead }));
  if (answer.printed > 0) parts.push(t("print.left_printed", { n: answer.printed }));
  if (answer.cancelled > 0) parts.push(t("print.left_cancelled", { n: answer.cancelled }));
  return parts.join(" ");
}

function selected(form, run, pile) {
  const given = form.elements;
  const select = { merchant: run.merchant, run: run.run };
  const place = { from: Number(given.from.value), to: Number(given.to.value) };
  for (const [name, value] of Object.entries(place)) if (value > 0) select[name] = value;
  if (pile) select.pile = pile.id;
  for (const [name, field] of [["courier", "courier"], ["warehouse", "warehouse"], ["bin_from", "binFrom"], ["bin_to", "binTo"]]) {
    const value = given[field]?.value.trim();
    if (value) select[name] = value;
  }
  return select;
}

function form(run, pile, { wrong, busy, chosenBefore }) {
  const part = pile ?? run;
  const left = Math.max(0, (part.labels ?? part.labelled) - part.printed - part.doubts);
  return h("form.print", { "data-do": "print" },
    h("p.big", {}, t("print.left", { n: left }), part.printed > 0 && h("small", {}, t("print.already", { n: part.printed }))),
    printerChoice(!chosenBefore),
    h("details", {},
      h("summary", {}, t("print.part")),
      h("div.fields", {},
        field("from", t("print.from"), { type: "number", min: "1", value: pile ? String(pile.first) : "" }),
        field("to", t("print.to"), { type: "number", min: "1", value: pile ? String(pile.last) : "" }),
        !pile && field("courier", t("print.courier"), { list: "couriers" }),
        field("warehouse", t("print.warehouse"), {}),
        field("binFrom", t("print.bin_from"), {}),
        field("binTo", t("print.bin_to"), {})),
      !pile && h("datalist", { id: "couriers" }, [...new Set(run.piles.map((one) => one.courier))].filter(Boolean).map((name) => h("option", { value: name })))),
    h("p.wrong", { role: "alert" }, wrong && [icon("stopped"), wrong]),
    h("p.buttons", {},
      h("button.main", { type: "submit", autofocus: chosenBefore, disabled: busy || !state.online || !printers().length }, t("print.do"), h("kbd", {}, "Enter")),
      h("a.button", { href: `#/tanda/${encodeURIComponent(run.merchant)}/${encodeURIComponent(run.run)}`, "data-do": "close" }, t("print.see_labels")),
      h("button", { type: "button", "data-do": "close" }, t("back"), h("kbd", {}, "Esc"))));
}

function field(name, words, attributes) {
  return h("p.field", {}, h("label", { for: `part-${name}` }, words), h("input", { id: `part-${name}`, name, autocomplete: "off", maxlength: "60", ...attributes }));
}
