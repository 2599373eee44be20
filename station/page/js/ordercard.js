// The order that is open: what goes into the parcel, its label, and what to do with it.

import { h } from "./paint.js";
import { t, timeOf } from "./words.js";
import { icon } from "./icons.js";
import { historyOf, mayBeOnPaper, stateOf } from "./labels.js";
import { preview } from "./preview.js";
import { table } from "./table.js";
import { state } from "./state.js";
import { channelName } from "./channels.js";

const tones = { wrong_item: "bad", alarm: "bad", unknown: "care", complete: "good", item: "good" };

export function orderCard(open, withPreview) {
  if (!open) return h("div.order.none", { key: "none" }, h("p.empty", {}, t("scan.none_open")));
  const { label, kind, words } = open;
  return h("article.order", { key: "order", class: tones[kind] ?? "", "data-kind": kind },
    h("header", {},
      h("h2", {}, t("label.order", { number: label.order_number })),
      stateOf(label)),
    h("p.verdict", { class: tones[kind] ?? "" }, tones[kind] && icon({ bad: "stopped", care: "warning", good: "ready" }[tones[kind]]), words),
    buttons(label, withPreview),
    h("div.columns", {},
      h("div", {}, items(open), facts(label), (label.notes ?? []).map((note) => h("p.note", {}, icon("warning"), note))),
      withPreview && preview(label)),
    historyOf(label));
}

function items({ label, checked }) {
  const verify = table.mode === "verify";
  return h("ul.items", { "aria-label": t("label.items") }, label.items.map((item, i) => {
    const done = (checked?.[i] ?? 0) >= item.quantity;
    return h("li", { class: verify && done ? "done" : "" },
      h("b.quantity", {}, verify ? t("scan.of", { n: checked?.[i] ?? 0, of: item.quantity }) : `${item.quantity} ×`),
      h("span", {}, item.name || item.sku, item.name && h("small", {}, item.sku)),
      verify && done && icon("ready"));
  }));
}

function facts(label) {
  const all = [
    [t("label.position"), t("label.position_of", { position: label.position, run: label.run })],
    [t("label.channel"), [channelName(label.channel), label.shop].filter(Boolean).join(" · ")],
    [t("label.courier"), label.courier],
    [t("label.tracking"), label.tracking_number],
    [t("label.deadline"), timeOf(label.deadline)],
    [t("label.parcels"), label.labels > 1 && t("label.parcel_of", { n: label.label, of: label.labels })],
    [t("label.why"), label.reason],
  ];
  return h("dl.facts", {}, all.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function buttons(label, withPreview) {
  const printed = mayBeOnPaper(label);
  return h("p.buttons", {},
    h("button.main", { key: "print", type: "button", "data-do": "print", disabled: printed || Boolean(label.cancelled) || !state.online }, t("print.do"), h("kbd", {}, "Enter")),
    h("button", { key: "again", type: "button", "data-do": "again", disabled: !printed || Boolean(label.cancelled) || !state.online }, t("again.one"), h("kbd", {}, "F8")),
    h("button", { key: "from", type: "button", "data-do": "fromHere", disabled: !printed || !state.online }, t("again.from_here"), h("kbd", {}, "F10")),
    h("button", { key: "preview", type: "button", "data-do": "preview", "aria-pressed": String(withPreview) }, t("scan.key_preview"), h("kbd", {}, "↓")));
}
