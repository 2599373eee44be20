// Hoy: the runs with their piles, and the printers.

import { h } from "../paint.js";
import { number, t, timeOf } from "../words.js";
import { state } from "../state.js";
import { addressOf } from "../router.js";
import { icon } from "../icons.js";
import { openDialog } from "../dialogs.js";
import { wordsFor } from "../wordsfor.js";
import { printDialog } from "../printdialog.js";
import { printerActions, printerCard } from "../printercard.js";
import { channelName } from "../channels.js";

export const today = {
  name: "hoy",
  title: "nav.today",
  paint,
  focus: () => document.activeElement === document.body && document.querySelector("main [data-row]")?.focus(),
  actions: {
    print: (element) => openPile(element.dataset),
    ...printerActions,
  },
};

function paint() {
  const snapshot = state.today;
  if (!snapshot) return h("p.empty", {}, t("today.loading"));
  return [
    h("h1.unseen", {}, t("nav.today")),
    h("div.today", {},
      h("section.runs", { "aria-label": t("today.runs") },
        takeOutNotice(snapshot.take_out),
        snapshot.runs.length === 0 && h("p.empty", {}, t("today.no_runs")),
        snapshot.runs.map(runCard)),
      h("section.printers", { "aria-label": t("today.printers") },
        h("h2", {}, t("today.printers")),
        snapshot.printers.length === 0 && h("p.empty", {}, t("today.no_printers")),
        snapshot.printers.map((printer) => printerCard(printer)))),
  ];
}

function takeOutNotice(orders) {
  if (!orders.length) return undefined;
  return h("a.notice.bad", { key: "take-out", href: addressOf("retirar"), "data-row": true },
    icon("alarm"), h("span", {}, t("today.take_out", { n: orders.length })), h("kbd", {}, "F4"));
}

const leftOf = (part, all) => Math.max(0, all - part.printed - part.doubts);

function runCard(run) {
  return h("article.run", { key: `${run.merchant}/${run.run}` },
    h("header", {},
      h("h2", {}, h("a", { href: addressOf("tanda", run.merchant, run.run) },
        t("run.name", { run: run.run })), merchantOf(run)),
      h("span.state", { class: run.state }, run.state !== "completed" && icon("waiting"), wordsFor("runstate", run.state))),
    h("ul.figures", {},
      figure("good", run.printed, t("today.printed", { n: run.printed, of: run.labelled })),
      figure("", leftOf(run, run.labelled), t("today.left", { n: leftOf(run, run.labelled) })),
      run.doubts > 0 && figure("doubt", run.doubts, t("today.doubts", { n: run.doubts })),
      run.held > 0 && figure("bad", run.held, t("today.held", { n: run.held })),
      run.take_out > 0 && figure("bad", run.take_out, t("today.run_take_out", { n: run.take_out }))),
    run.piles.length > 0
      ? h("ul.piles", {}, run.piles.map((pile) => pileRow(run, pile)))
      : h("p.quiet", {}, t("today.no_piles", { n: run.labelled, of: run.requested })),
    missing(run.missing));
}

// merchantOf names the merchant, where that says anything.
function merchantOf(run) {
  const several = new Set(state.today.runs.map((one) => one.merchant)).size > 1;
  const name = run.merchant_name || (several ? run.merchant : "");
  return name && h("small", {}, name);
}

function figure(tone, value, words) {
  return h("li", { class: tone }, h("b", {}, number(value)), " ", words);
}

function pileRow(run, pile) {
  const done = leftOf(pile, pile.labels) === 0;
  return h("li", { key: `${pile.first}` },
    h("button.pile", {
      type: "button", "data-do": "print", "data-row": true, class: done ? "done" : "",
      "data-merchant": run.merchant, "data-run": run.run, "data-first": String(pile.first),
    },
      h("span.channel", {}, pile.shop || channelName(pile.channel), pile.shop && h("small", {}, channelName(pile.channel))),
      h("span.courier", {}, pile.courier || "—"),
      h("span.deadline", {}, pile.deadline && [h("small", {}, t("today.deadline")), timeOf(pile.deadline)]),
      h("span.count", {}, t("today.printed_of", { n: pile.printed, of: pile.labels }),
        pile.doubts > 0 && h("small.doubt", {}, icon("doubt"), t("today.doubts_n", { n: pile.doubts })),
        h("progress", { max: String(pile.labels), value: pile.printed, "aria-hidden": "true" })),
      h("span.do", {}, done ? [icon("ready"), t("today.done")] : t("print.do"))));
}

function missing(counts) {
  if (!counts?.length) return undefined;
  const orders = counts.reduce((sum, count) => sum + count.orders, 0);
  return h("details.missing", {},
    h("summary", {}, t("today.without", { n: orders })),
    h("ul", {}, counts.map((count) => h("li", {}, h("b", {}, number(count.orders)), " ", count.words))));
}

function openPile({ merchant, run, first }) {
  const found = state.today.runs.find((one) => one.merchant === merchant && one.run === run);
  const pile = found?.piles.find((one) => String(one.first) === first);
  if (pile) openDialog(printDialog(found, pile));
}
