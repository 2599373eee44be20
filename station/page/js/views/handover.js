// Entrega: the hand-over sheets of the couriers, open and closed.

import { h } from "../paint.js";
import { t, timeOf } from "../words.js";
import { get, pathOf, post } from "../api.js";
import { newID } from "../ids.js";
import { changed, onSnapshot, state } from "../state.js";
import { icon } from "../icons.js";
import { closeDialog, openDialog } from "../dialogs.js";
import { say, trying } from "../say.js";
import { withPerson } from "../person.js";
import { channelName } from "../channels.js";

let sheets;
let asked = 0;
let shown = false;
const often = 2_000; // milliseconds between two looks while labels come out

export const handOver = {
  name: "entrega",
  title: "nav.handover",
  enter() {
    shown = true;
    read();
  },
  leave() {
    shown = false;
  },
  paint,
  focus: () => document.activeElement === document.body && document.querySelector("main [data-row]")?.focus(),
  actions: {
    close: (element) => openDialog(closingDialog(sheets.find((sheet) => sheet.id === element.dataset.sheet))),
  },
};

onSnapshot(() => shown && performance.now() - asked > often && read());

async function read() {
  asked = performance.now();
  const answer = await trying(() => get("/api/handover"));
  sheets = answer ?? sheets ?? [];
  changed();
}

function paint() {
  if (!sheets) return h("p.empty", {}, t("today.loading"));
  const open = sheets.filter((sheet) => !sheet.closed_at);
  const closed = sheets.filter((sheet) => sheet.closed_at);
  return [
    h("h1", {}, t("handover.title")),
    h("p.quiet", {}, t("handover.how")),
    open.length === 0 && h("p.empty", {}, t("handover.none")),
    h("ul.sheets", {}, open.map(openSheet)),
    closed.length > 0 && h("section", {}, h("h2", {}, t("handover.closed")), h("ul.sheets", {}, closed.map(closedSheet))),
  ];
}

function what(sheet) {
  return h("span.what", {}, h("b", {}, sheet.courier || t("handover.no_courier")),
    h("small", {}, [channelName(sheet.channel), t("handover.parcels", { n: sheet.parcels })].filter(Boolean).join(" · ")),
    sheet.controls?.length > 0 && h("small", {}, t("handover.controls", { n: sheet.controls.length })));
}

// The channel's control files, which its driver takes with the sheet; those of runs that left the page are with their run.
function controlLinks(sheet) {
  const routes = (sheet.controls ?? []).filter((route) => route.startsWith("/"));
  return routes.map((route, i) => h("a.button", { key: route, href: route, target: "_blank", rel: "noopener" },
    t("handover.control", { n: routes.length > 1 ? i + 1 : "" }).trim()));
}

function openSheet(sheet) {
  return h("li", { key: sheet.id }, what(sheet), controlLinks(sheet),
    h("button.main", { type: "button", "data-do": "close", "data-row": true, "data-sheet": sheet.id, disabled: !state.online || sheet.parcels === 0 },
      t("handover.close"), h("kbd", {}, "Enter")));
}

function closedSheet(sheet) {
  return h("li.over", { key: sheet.id }, what(sheet), controlLinks(sheet),
    h("span", {}, icon("ready"), t("handover.closed_by", { name: sheet.closed_by, time: timeOf(sheet.closed_at) })),
    h("a.button", { href: pathOf`/api/handover/${sheet.merchant}/${sheet.id}.pdf`, target: "_blank", rel: "noopener", "data-row": true }, t("handover.pdf")));
}

function closingDialog(sheet) {
  const id = newID();
  async function close() {
    closeDialog(dialog);
    const closed = await withPerson(() => trying(() => post("/api/handover/close", { id, merchant: sheet.merchant, courier: sheet.courier })));
    if (closed) say(t("handover.said", { courier: closed.courier, n: closed.parcels }), "good");
    await read();
  }
  const dialog = {
    name: "closing",
    title: t("handover.close_title", { courier: sheet.courier }),
    paint: () => [
      h("p.big", {}, t("handover.parcels", { n: sheet.parcels })),
      h("p", {}, t("handover.close_how")),
      h("p.buttons", {},
        h("button.main", { type: "button", "data-do": "closeNow", autofocus: true }, t("handover.close"), h("kbd", {}, "Enter")),
        h("button", { type: "button", "data-do": "close" }, t("back"), h("kbd", {}, "Esc"))),
    ],
    actions: { closeNow: close, close: () => closeDialog(dialog) },
  };
  return dialog;
}
