// A run: its labels in their order, of which only those in sight are in the document.

import { h } from "../paint.js";
import { t } from "../words.js";
import { changed, onSnapshot, state } from "../state.js";
import { stateOf } from "../labels.js";
import { Rows } from "../rows.js";
import { openDialog } from "../dialogs.js";
import { printDialog } from "../printdialog.js";
import { againDialog, fromHereDialog } from "../againdialog.js";
import { labelDialog } from "../labeldialog.js";
import { filesDialog } from "../filesdialog.js";
import { say } from "../say.js";
import { mayBeOnPaper } from "../labels.js";
import { channelName } from "../channels.js";

const height = 48; // pixels of a row
const spare = 6; // rows painted above and below what is in sight
const often = 1_000; // milliseconds between two readings while labels come out

let rows;
let top = 0; // pixels scrolled
let room = 600; // pixels of the list
let current = 1; // the position that keys act on
let read = 0;

export const run = {
  name: "tanda",
  title: "run.title",
  enter([merchant, name]) {
    rows = new Rows(merchant, name);
    top = 0;
    current = 1;
    rows.at(1);
  },
  leave() {
    rows = undefined;
  },
  paint,
  focus: () => document.activeElement === document.body && list()?.focus(),
  keys: {
    ArrowDown: { does: () => move(1) },
    ArrowUp: { does: () => move(-1) },
    PageDown: { does: () => move(Math.floor(room / height)) },
    PageUp: { does: () => move(-Math.floor(room / height)) },
    Home: { does: () => move(-Infinity) },
    End: { does: () => move(Infinity) },
    Enter: { words: "run.look", when: (event) => event.target === list(), does: look },
    F8: { words: "again.one", does: () => withPrinted((label) => openDialog(againDialog(label))) },
    F10: { words: "again.from_here", does: () => withPrinted((label) => openDialog(fromHereDialog(label))) },
  },
  actions: {
    print,
    files: () => openDialog(filesDialog(rows.merchant, rows.run)),
    look(element) {
      current = Number(element.dataset.position);
      look();
    },
    goTo(form) {
      current = 0;
      move(Number(form.elements.position.value));
      list().focus();
    },
  },
};

onSnapshot(() => {
  if (!rows || performance.now() - read < often) return;
  read = performance.now();
  rows.refresh();
});

const list = () => document.getElementById("labels");

// total is the last position of the run.
const total = () => Math.max(rows.total, ...(found()?.piles.map((pile) => pile.last) ?? [0]));

const found = () => state.today?.runs.find((one) => one.merchant === rows.merchant && one.run === rows.run);

function move(step) {
  current = Math.max(1, Math.min(total(), current + step));
  const at = (current - 1) * height;
  const box = list();
  if (at < box.scrollTop) box.scrollTop = at;
  if (at + height > box.scrollTop + box.clientHeight) box.scrollTop = at + height - box.clientHeight;
  changed();
}

function withPrinted(does) {
  const label = rows.at(current)?.find(mayBeOnPaper);
  if (!label) return say(t("again.not_printed"), "bad");
  return does(label);
}

function look() {
  const label = notable(rows.at(current));
  if (label) openDialog(labelDialog(label));
}

function print() {
  const shown = found();
  if (shown) openDialog(printDialog(shown));
}

document.addEventListener("scroll", (event) => {
  if (event.target.id !== "labels") return;
  top = event.target.scrollTop;
  room = event.target.clientHeight;
  changed();
}, true);

function paint() {
  const shown = found();
  return h("div.runview", {},
    h("header", {},
      h("h1", {}, t("run.name", { run: rows.run }), shown?.merchant_name && h("small", {}, shown.merchant_name)),
      h("p.buttons", {},
        h("button.main", { type: "button", "data-do": "print", disabled: !shown || !state.online }, t("run.print")),
        h("button", { type: "button", "data-do": "files" }, t("run.files")),
        h("form.goto", { "data-do": "goTo" }, h("label", { for: "position" }, t("run.go_to")),
          h("input", { id: "position", name: "position", type: "number", min: "1", max: String(total()), required: true })))),
    h("div.labelrow.head", { "aria-hidden": "true" }, ["position", "number", "channel", "courier", "items", "stand"].map((name) => h("span", { class: name }, t(`row.${name}`)))),
    h("div.labels", {
      id: "labels", tabindex: "0", role: "listbox", "aria-label": t("run.labels", { n: total() }),
      "aria-activedescendant": `label-${current}`,
    }, visible()));
}

// visible are the rows in sight, at their place in a box as high as all of them.
function visible() {
  const from = Math.max(1, Math.floor(top / height) + 1 - spare);
  const to = Math.min(total(), Math.ceil((top + room) / height) + spare);
  const shown = [];
  for (let position = Math.min(from, Math.max(1, to)); position <= to; position++) shown.push(row(position));
  if (current < from || current > to) shown.push(row(current));
  return h("div.all", { style: { height: `${total() * height}px` }, role: "presentation" }, shown);
}

const urgent = ["unknown", "held", "lost", "stopped", "", "queued", "sending", "sent", "out", "confirmed"];

// notable is the label of an order that a packer should know about first.
const notable = (labels) => labels?.toSorted((a, b) => urgent.indexOf(a.state ?? "") - urgent.indexOf(b.state ?? ""))[0];

function row(position) {
  const label = notable(rows.at(position));
  return h("div.labelrow", {
    key: position, id: `label-${position}`, role: "option", "aria-selected": String(position === current), "aria-posinset": String(position), "aria-setsize": String(total()),
    class: position === current ? "current" : "", style: { top: `${(position - 1) * height}px` }, "data-do": "look", "data-position": String(position),
  },
    h("span.position", {}, String(position)),
    label && [
      h("span.number", {}, label.order_number),
      h("span.channel", {}, channelName(label.channel)),
      h("span.courier", {}, label.courier ?? ""),
      h("span.items", {}, label.items.map((item) => `${item.quantity} × ${item.name || item.sku}`).join(", ")),
      h("span.stand", {}, label.labels > 1 && h("small", {}, t("row.labels", { n: label.labels })), stateOf(label)),
    ]);
}
