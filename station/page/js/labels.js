// What a label is called and how it stands, in words and with a picture beside them.

import { h } from "./paint.js";
import { t, timeOf } from "./words.js";
import { icon } from "./icons.js";
import { wordsFor } from "./wordsfor.js";

// mayBeOnPaper says that a label came out, or may have: only "otra vez" prints it once more.
export const mayBeOnPaper = (label) => ["sending", "sent", "out", "confirmed", "unknown"].includes(label.state);

export const refsOf = (label) =>
  Array.from({ length: Math.max(1, label.labels) }, (_, i) => ({ delivery_order_id: label.delivery_order_id, label: i + 1 }));

export const refOf = (label) => ({ delivery_order_id: label.delivery_order_id, label: label.label });

export const keyOf = (label) => `${label.merchant}/${label.delivery_order_id}/${label.label}`;

const pictures = {
  "": "", queued: "waiting", sending: "waiting", sent: "waiting", out: "ready", confirmed: "ready",
  unknown: "doubt", held: "stopped", stopped: "stopped", lost: "stopped",
};

const tones = { out: "good", confirmed: "good", unknown: "doubt", held: "bad", stopped: "bad", lost: "bad" };

// stateOf shows where a label stands: publicada, impresa, en duda, retenida …
export function stateOf(label) {
  const now = label.state ?? "";
  if (label.cancelled) return h("span.labelstate.bad", {}, icon("alarm"), t("label.cancelled"));
  return h("span.labelstate", { class: tones[now] ?? "" }, pictures[now] && icon(pictures[now]), now ? wordsFor("printstate", now) : t("printstate.none"));
}

// historyOf lists the prints of a label: when, where, who, why, and what became of them.
export function historyOf(label) {
  if (!label.prints?.length) return undefined;
  return h("table.history", {},
    h("thead", {}, h("tr", {}, ["when", "printer", "person", "state", "why"].map((name) => h("th", { scope: "col" }, t(`history.${name}`))))),
    h("tbody", {}, label.prints.map((print) => h("tr", {},
      h("td", {}, timeOf(print.claimed_at)), h("td", {}, print.printer), h("td", {}, print.person),
      h("td", {}, wordsFor("printstate", print.state)),
      h("td", {}, [print.again && wordsFor("again", print.again), print.text].filter(Boolean).join(": "))))));
}
