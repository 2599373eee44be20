// A printer with its light and its queue, and what a packer can do about them.

import { h } from "./paint.js";
import { t } from "./words.js";
import { post, pathOf } from "./api.js";
import { newID } from "./ids.js";
import { icon } from "./icons.js";
import { trying } from "./say.js";
import { withPerson } from "./person.js";
import { chosenPrinter, choosePrinter, lightOf, printers } from "./printers.js";
import { openDialog } from "./dialogs.js";
import { doubtDialog } from "./doubtdialog.js";
import { state } from "./state.js";
import { printerChoice } from "./printerchoice.js";

// printerCard shows a printer; more says also what it answered.
export function printerCard(printer, more) {
  const light = lightOf(printer);
  const mine = chosenPrinter()?.name === printer.name;
  return h("article.printer", { key: printer.name, class: light, "data-printer": printer.name, "data-light": light },
    h("header", {}, h("h3", {}, printer.name, mine && h("small.mine", {}, t("printer.mine"))), h("span.light", {}, icon(light), t(`light.${light}`))),
    printer.do && h("p.condition", {}, printer.do),
    more && printer.said && h("p.said", {}, t("printer.said", { said: printer.said })),
    printer.doubts?.length > 0 && h("p", {}, h("button.doubt", { type: "button", "data-do": "settle", "data-printer": printer.name, "data-row": true, autofocus: true },
      icon("doubt"), t("printer.doubts", { n: printer.doubts.length }))),
    h("ul.jobs", {}, printer.jobs.map((job) => jobRow(printer, job))),
    h("p.buttons", {},
      !mine && button("use", printer, t("printer.use")),
      button(printer.paused ? "goOn" : "pause", printer, t(printer.paused ? "printer.go_on" : "printer.pause"))));
}

function button(action, printer, words) {
  return h("button", { key: action, type: "button", "data-do": action, "data-printer": printer.name, autofocus: action !== "use" }, words);
}

function jobRow(printer, job) {
  const words = [job.person, t("printer.job", { n: job.out, of: job.total })];
  return h("li", { key: job.job, "data-job": job.job },
    h("span", {}, words.join(" · "), job.now && h("small", {}, t("printer.now", { now: job.now })),
      job.held > 0 && h("small.bad", {}, t("printer.held", { n: job.held }))),
    h("button.quiet", { type: "button", "data-do": "stop", "data-printer": printer.name, "data-job": job.job }, t("printer.stop")),
    h("progress", { max: String(job.total), value: job.out, "aria-label": t("printer.progress") }));
}

const control = (printer, action, job) =>
  withPerson(() => trying(() => post(pathOf`/api/printers/${printer}/control`, { id: newID(), action, job })));

export const printerActions = {
  use: (element) => choosePrinter(element.dataset.printer),
  pause: (element) => control(element.dataset.printer, "pause"),
  goOn: (element) => control(element.dataset.printer, "continue"),
  stop: (element) => openDialog(stopDialog(element.dataset.printer, element.dataset.job)),
  settle: (element) => openDialog(doubtDialog(element.dataset.printer)),
};

// printerDialog is this table's printer, from every view: what it needs first has the focus.
export function printerDialog() {
  return {
    name: "printer",
    title: t("settings.table"),
    paint() {
      const printer = chosenPrinter();
      return [
        printer && printerCard(printer, true),
        printerChoice(!printer),
        h("p.buttons", {}, h("button", { type: "button", "data-do": "close" }, t("close"), h("kbd", {}, "Esc"))),
      ];
    },
    actions: { ...printerActions, printer: (element) => choosePrinter(element.value) },
  };
}

function stopDialog(printer, id) {
  const job = () => printers().find((one) => one.name === printer)?.jobs.find((one) => one.job === id);
  return {
    name: "stop",
    title: t("stop.title"),
    paint: () => [
      h("p", {}, job() ? t("stop.question", { printer, n: job().total - job().sent }) : t("stop.over")),
      h("p.buttons", {},
        h("button.danger", { type: "button", "data-do": "stopNow", disabled: !job() || !state.online }, t("printer.stop")),
        h("button", { type: "button", "data-do": "close", autofocus: true }, t("back"), h("kbd", {}, "Esc"))),
    ],
    actions: {
      async stopNow(element) {
        element.closest("dialog").querySelector('[data-do="close"]').click();
        await control(printer, "stop", id);
      },
    },
  };
}
