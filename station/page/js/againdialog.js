// Otra vez: one label, or all from one on after a jam. Each with a reason and a person.

import { h } from "./paint.js";
import { t } from "./words.js";
import { get, pathOf, post } from "./api.js";
import { newID } from "./ids.js";
import { changed, state } from "./state.js";
import { closeDialog } from "./dialogs.js";
import { say } from "./say.js";
import { withPerson } from "./person.js";
import { choosePrinter, chosenPrinter } from "./printers.js";
import { printerChoice } from "./printerchoice.js";
import { doneWords } from "./printdialog.js";
import { historyOf, mayBeOnPaper, refOf, refsOf } from "./labels.js";
import { icon } from "./icons.js";
import { wordsFor } from "./wordsfor.js";

const reasons = ["jam", "unreadable", "damaged", "lost", "repacked", "new_label", "other"];

// againDialog prints the labels of an order once more.
export function againDialog(label) {
  return dialogFor({
    title: t("again.title", { number: label.order_number }),
    select: () => ({ merchant: label.merchant, run: label.run, labels: refsOf(label) }),
    more: () => historyOf(label),
  });
}

// fromHereDialog prints the labels of the pile once more that came out, from this one on.
export function fromHereDialog(label) {
  let printed;
  printedFrom(label).then((found) => {
    printed = found;
    changed();
  }, (failure) => say(failure.words ?? String(failure), "bad"));
  return dialogFor({
    title: t("again.title_from", { position: label.position }),
    reason: "jam",
    ready: () => printed !== undefined,
    select(form) {
      const [from, to] = ["from", "to"].map((name) => Number(form.elements[name].value));
      const chosen = printed.filter((one) => one.position >= from && one.position <= to);
      const select = { merchant: label.merchant, run: label.run };
      if (chosen.length <= step) return { ...select, labels: chosen.map(refOf) };
      return { ...select, channel: label.channel, courier: label.courier, from, to };
    },
    more: () => h("div.fields", {},
      number("from", t("print.from"), label.position), number("to", t("again.to_last"), printed?.at(-1)?.position ?? label.position)),
  });
}

const step = 500; // labels that are asked for, or named, at a time

// printedFrom lists the labels of the same pile that came out, from a label on. Positions of piles may alternate.
async function printedFrom(label) {
  const printed = [];
  for (let from = label.position; from; ) {
    const page = await get(pathOf`/api/runs/${label.merchant}/${label.run}/labels` + `?from=${from}&limit=${step}`);
    printed.push(...page.labels.filter((one) => samePile(one, label) && mayBeOnPaper(one)));
    from = page.next ?? 0;
  }
  return printed;
}

const samePile = (one, other) => one.channel === other.channel && one.courier === other.courier && one.shop === other.shop;

const number = (name, words, value) =>
  h("p.field", {}, h("label", { for: `again-${name}` }, words), h("input", { id: `again-${name}`, name, type: "number", min: "1", required: true, value: String(value) }));

function dialogFor({ title, select, more, reason, ready = () => true }) {
  const id = newID();
  let busy = false;
  let wrong = "";
  let chosen = reason ?? "";

  async function print(form) {
    if (busy) return;
    const text = form.elements.text.value.trim();
    const printer = chosenPrinter();
    wrong = whyNot(chosen, text, printer);
    if (wrong) return;
    busy = true;
    try {
      const answer = await withPerson(() => post("/api/print", { id, printer: printer.name, select: select(form), again: chosen, text }));
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
    name: "again",
    title,
    tone: "wide",
    paint: () => h("form.again", { "data-do": "print" },
      more?.(),
      h("fieldset", {}, h("legend", {}, t("again.why")),
        h("div.reasons", {}, reasons.map((name, i) => h("label.choice", {},
          h("input", { type: "radio", name: "reason", value: name, checked: chosen === name, autofocus: reason ? chosen === name : i === 0, "data-on": "reason" }), wordsFor("again", name))))),
      h("p.field", {}, h("label", { for: "again-text" }, t("again.text")), h("input", { id: "again-text", name: "text", maxlength: "200", autocomplete: "off" })),
      printerChoice(false),
      h("p.wrong", { role: "alert" }, wrong && [icon("stopped"), wrong]),
      h("p.buttons", {},
        h("button.main", { type: "submit", disabled: busy || !ready() || !state.online }, t("again.do"), h("kbd", {}, "Enter")),
        h("button", { type: "button", "data-do": "close" }, t("back"), h("kbd", {}, "Esc")))),
    actions: {
      print,
      printer: (element) => choosePrinter(element.value),
      reason: (element) => (chosen = element.value),
    },
  };
  return dialog;
}

function whyNot(reason, text, printer) {
  if (!reason) return t("again.no_reason");
  if (reason === "other" && !text) return t("again.no_text");
  return printer ? "" : t("print.no_printer");
}
