// Escanear: a code is read, the order is shown, Enter prints. The field always has the focus.

import { h } from "../paint.js";
import { t, timeOf } from "../words.js";
import { changed, state } from "../state.js";
import { icon } from "../icons.js";
import { clean } from "../clean.js";
import { begin, record, refuse, scans, wordsOf } from "../scans.js";
import { onScanned, table, printOpen, modes, runs } from "../table.js";
import { orderCard } from "../ordercard.js";
import { againDialog, fromHereDialog } from "../againdialog.js";
import { openDialog, topDialog } from "../dialogs.js";
import { say } from "../say.js";
import { sound } from "../sounds.js";

let typing = false; // somebody types on a tablet's own keyboard

export const scan = {
  name: "escanear",
  title: "nav.scan",
  paint,
  focus,
  scan: (text) => (take(text), true),
  keys: {
    Enter: { words: "scan.key_enter", does: submit },
    Tab: { does: (event) => (field()?.value ? submit() : moveOn(event)) },
    F8: { words: "again.one", does: again },
    ArrowRight: { words: "scan.key_mode", when: isEmpty, does: () => nextMode(1) },
    ArrowLeft: { when: isEmpty, does: () => nextMode(-1) },
    F10: { words: "again.from_here", does: fromHere },
    ArrowDown: { words: "scan.key_preview", does: togglePreview },
    Escape: { words: "scan.key_clear", does: clear },
  },
  actions: {
    submit,
    mode: (element) => setMode(element.dataset.mode),
    run: (element) => table.setRun(element.value),
    preview: togglePreview,
    print: printOpen,
    again,
    fromHere,
    clear,
    keyboard() {
      typing = !typing;
      requestAnimationFrame(focus);
    },
  },
};

begin(onScanned, table.context).catch(() => say(t("scan.cannot_store"), "bad"));

const field = () => document.getElementById("scan");

function focus(clicked) {
  if (topDialog() || clicked?.closest("select, summary")) return;
  field()?.focus({ preventScroll: true });
}

// moveOn lets the Tab key go to the next button where nothing was read.
function moveOn(event) {
  const all = [...document.querySelectorAll("a, button, select, input, summary")].filter((one) => !one.disabled && one.offsetParent);
  const at = all.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
  all.at(at % all.length)?.focus();
}

function submit() {
  const active = document.activeElement;
  if (active !== field() && active?.matches("a, button, select, summary")) return active.click();
  const text = clean(field().value);
  field().value = "";
  return text ? take(text) : printOpen();
}

// take stores a scan before anything of it is seen.
async function take(text) {
  text = clean(text);
  if (!text) return;
  try {
    if (topDialog()?.strict) {
      sound("alarm");
      await refuse(text, table.mode, t("scan.refused"));
    } else {
      await record(text, table.mode);
    }
  } catch (error) {
    say(t("scan.cannot_store"), "bad");
    throw error;
  }
}

function setMode(mode) {
  table.setMode(mode);
  focus();
}

function nextMode(step) {
  setMode(modes[(modes.indexOf(table.mode) + step + modes.length) % modes.length]);
}

// isEmpty: where something is typed, arrows move within it.
function isEmpty() {
  return !field()?.value;
}

function togglePreview() {
  table.setPreview(!table.preview);
}

function clear() {
  table.open = undefined;
  changed();
}

function again() {
  if (table.open?.label) openDialog(againDialog(table.open.label));
}

function fromHere() {
  if (table.open?.label) openDialog(fromHereDialog(table.open.label));
}

function paint() {
  return [
    h("h1.unseen", {}, t("nav.scan")),
    h("div.scanning", {},
      h("section.left", { "aria-label": t("scan.order") },
        h("div.modes", { role: "group", "aria-label": t("scan.mode") },
          modes.map((mode) => h("button.mode", { key: mode, type: "button", class: mode, "data-do": "mode", "data-mode": mode, "aria-pressed": String(table.mode === mode) },
            t(`scan.mode_${mode}`))),
          h("kbd", {}, "← →")),
        h("p.explained", {}, t(`scan.explain_${table.mode}`)),
        h("form.entry", { "data-do": "submit" },
          h("label.unseen", { for: "scan" }, t("scan.field")),
          h("input", { id: "scan", type: "text", inputmode: typing ? "text" : "none", autocomplete: "off", autocapitalize: "off", spellcheck: "false", placeholder: t("scan.field") }),
          h("button", { type: "button", "data-do": "keyboard", "aria-pressed": String(typing) }, t("scan.keyboard"))),
        orderCard(table.open, table.preview)),
      h("section.right", { "aria-label": t("scan.last") },
        runChoice(),
        h("h2", {}, t("scan.last")),
        h("ul.scans", {}, scans.slice(0, 12).map(scanRow)))),
  ];
}

function runChoice() {
  return h("p.field", {}, h("label", { for: "run" }, t("scan.run")),
    h("select", { id: "run", "data-on": "run" },
      h("option", { value: "" }, t("scan.any_run")),
      runs().map((run) => h("option", { value: `${run.merchant}/${run.run}`, selected: table.runKey === `${run.merchant}/${run.run}` }, [run.run, run.merchant_name].filter(Boolean).join(" · ")))));
}

const toneOf = (scanned) => {
  if (scanned.state === "waiting") return "waiting";
  if (scanned.state === "doubled") return "doubled";
  if (scanned.state !== "answered") return "bad";
  return { wrong_item: "bad", alarm: "bad", unknown: "care", several: "care" }[scanned.answer.kind] ?? "good";
};

const pictureOf = { waiting: "waiting", doubled: "paused", bad: "stopped", care: "warning", good: "ready" };

function scanRow(scanned) {
  const tone = toneOf(scanned);
  return h("li", { key: scanned.id, class: tone, "data-scan": scanned.state },
    icon(pictureOf[tone]), h("b", {}, scanned.text), h("small", {}, timeOf(scanned.at)), h("span", {}, wordsOf(scanned)));
}
