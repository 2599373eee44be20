// What is around every view: the bar above, the line at the foot, the dialog.

import { h, paint } from "./paint.js";
import { t } from "./words.js";
import { bar, printerKey } from "./keys.js";
import { changed, state } from "./state.js";
import { addressOf, route } from "./router.js";
import { icon } from "./icons.js";
import { said } from "./say.js";
import { volume } from "./sounds.js";
import { closeDialog, openDialog } from "./dialogs.js";
import { chosenPrinter, lightOf } from "./printers.js";
import { printerDialog } from "./printercard.js";

const site = document.querySelector('meta[name="site"]').content;

export function frame(view) {
  return [
    h("header.bar", {}, navigation(), h("span.room", {}), soundButton(), person()),
    h("main", { tabindex: "-1", key: view.name, "data-view": view.name }, view.paint()),
    foot(),
  ];
}

function navigation() {
  const now = route().name;
  return h("nav", { "aria-label": t("nav.label") },
    bar.slice(0, 4).map(([key, words, name]) =>
      h("a", { href: addressOf(name), "aria-current": now === name ? "page" : undefined },
        t(words), badge(name), h("kbd", {}, key))));
}

function badge(name) {
  const count = name === "retirar" ? (state.today?.take_out.length ?? 0) : 0;
  return count > 0 && h("b.badge", {}, String(count));
}

function person() {
  return h("a.person", { href: addressOf("persona"), "aria-current": route().name === "persona" ? "page" : undefined },
    state.person || t("nav.person"), h("kbd", {}, "F7"));
}

function soundButton() {
  const muted = volume.get() === 0;
  return h("button.quiet", { type: "button", "data-do": "mute", "aria-pressed": String(muted), "aria-label": t("nav.mute") }, icon(muted ? "mute" : "sound"));
}

function foot() {
  return h("footer", {},
    h("p.line", { role: "status", class: state.online ? "" : "away", "data-online": String(state.online) },
      icon(state.online ? "ready" : "warning"),
      state.online ? t("foot.online", { site }) : t("foot.offline"),
      state.waiting > 0 && h("b", {}, " " + t("foot.waiting", { n: state.waiting }))),
    h("p.said", { role: said.tone === "bad" ? "alert" : "status", class: said.tone },
      said.tone && icon(said.tone === "good" ? "ready" : "stopped"), said.words || state.today?.trouble || ""),
    printerLight(),
    h("p.hint", {}, h("kbd", {}, "F1"), " ", t("nav.help")));
}

function printerLight() {
  const printer = chosenPrinter();
  const light = printer ? lightOf(printer) : "stopped";
  return h("button.printerlight", { type: "button", "data-do": "openPrinter", class: light, "data-light": light },
    printer ? [icon(light), `${printer.name}: ${t(`light.${light}`)}`] : t("print.no_printer"), h("kbd", {}, printerKey));
}

export const frameActions = {
  openPrinter: () => openDialog(printerDialog()),
  mute() {
    volume.set(volume.get() === 0 ? 0.7 : 0);
    changed();
  },
  close() {
    closeDialog();
  },
};

let shown;
let element;
let focused;

// paintDialog shows the dialog on top, or none.
export function paintDialog(dialog) {
  if (dialog !== shown) {
    element?.close();
    element?.remove();
    element = undefined;
    shown = dialog;
    if (!dialog) return;
    element = document.createElement("dialog");
    element.setAttribute("aria-labelledby", "dialog-title");
    if (dialog.strict) element.setAttribute("role", "alertdialog");
    document.body.append(element);
  }
  if (!dialog) return;
  element.className = dialog.tone ?? "";
  paint(element, [h("h2", { id: "dialog-title" }, dialog.title), dialog.paint()]);
  if (!element.open) element.showModal();
  // What wants the focus gets it once, when it appears.
  const wants = element.querySelector("[autofocus]");
  if (wants && wants !== focused) wants.focus();
  focused = wants;
}
