// What lies on this table: the mode of scanning, the run that is packed, the order that is open.

import { t } from "./words.js";
import { get, pathOf, post } from "./api.js";
import { newID } from "./ids.js";
import { changed, onSnapshot, state } from "./state.js";
import { say, sayQuietly, trying } from "./say.js";
import { sound } from "./sounds.js";
import { withPerson } from "./person.js";
import { chosenPrinter } from "./printers.js";
import { keyOf, mayBeOnPaper, refOf, refsOf } from "./labels.js";
import { openDialog } from "./dialogs.js";
import { alarmDialog } from "./alarmdialog.js";
import { severalDialog } from "./severaldialog.js";
import { doneWords } from "./printdialog.js";

export const modes = ["look", "print", "verify"];

const remembered = (name, otherwise) => localStorage.getItem(name) ?? otherwise;

export const table = {
  mode: modes.includes(remembered("mode")) ? remembered("mode") : "look",
  preview: remembered("preview") === "yes",
  runKey: remembered("run", ""),
  open: undefined, // {label, checked, kind, words, printID}

  setMode(mode) {
    table.mode = mode;
    localStorage.setItem("mode", mode);
    changed();
  },
  setPreview(on) {
    table.preview = on;
    localStorage.setItem("preview", on ? "yes" : "no");
    changed();
  },
  setRun(key) {
    table.runKey = key;
    localStorage.setItem("run", key);
    changed();
  },

  // context goes along with a scan at the moment when it is sent.
  context() {
    const context = {};
    const run = runs().find((one) => `${one.merchant}/${one.run}` === table.runKey);
    if (run) Object.assign(context, { merchant: run.merchant, run: run.run });
    const printer = chosenPrinter();
    if (printer) context.printer = printer.name;
    // The items that verify wants are those of the order that is open.
    if (table.mode === "verify" && table.open && missing(table.open) > 0 && !mayBeOnPaper(table.open.label)) {
      context.open = refOf(table.open.label);
      context.merchant = table.open.label.merchant;
    }
    return context;
  },
};

export const runs = () => state.today?.runs.filter((run) => run.labelled > 0) ?? [];

// openLabel puts an order before the packer. Its print has one id, so that Enter twice prints once.
export function openLabel(label, more = {}) {
  table.open = { label, printID: newID(), ...more };
  changed();
  refresh(); // with the history of its prints
}

const sounds = { order: "good", item: "good", complete: "good", wrong_item: "wrong", unknown: "wrong", several: "good" };

// onScanned is told of every scan that the station answered, or refused.
export function onScanned(scan) {
  if (scan.state === "failed") return say(scan.words, "bad");
  const { kind, label, checked, several, words, job } = scan.answer;
  if (kind === "alarm") {
    openLabel(label, { kind, words });
    return openDialog(alarmDialog(label, words));
  }
  if (kind === "several") openDialog(severalDialog(several, words, openLabel));
  else if (label && table.open && keyOf(table.open.label) === keyOf(label)) Object.assign(table.open, { label, checked, kind, words });
  else if (label) openLabel(label, { checked, kind, words });
  else if (table.open) Object.assign(table.open, { kind, words });
  const heard = sounds[kind] ?? "wrong";
  sayQuietly(job ? t("scan.prints", { number: label.order_number }) : words, heard === "good" ? "good" : "bad");
  return sound(heard);
}

// missing counts the pieces that verify still wants.
function missing(open) {
  if (table.mode !== "verify") return 0;
  return open.label.items.reduce((sum, item, i) => sum + Math.max(0, item.quantity - (open.checked?.[i] ?? 0)), 0);
}

let busy = false;

// printOpen prints the order that is open; never when the station cannot be heard.
export async function printOpen() {
  const open = table.open;
  if (busy || !open) return;
  const why = whyNot(open);
  if (why) return say(why, "bad");
  busy = true;
  const { label } = open;
  const printer = chosenPrinter().name;
  const answer = await withPerson(() => trying(() => post("/api/print", {
    id: open.printID, printer, select: { merchant: label.merchant, run: label.run, labels: refsOf(label) },
  })));
  busy = false;
  if (!answer) return undefined;
  say(doneWords(answer, printer), answer.labels > 0 ? "good" : "bad");
  return refresh();
}

function whyNot({ label, ...open }) {
  if (label.cancelled) return t("label.cancelled_why");
  if (label.labels === 0) return t("label.none");
  if (mayBeOnPaper(label)) return t("scan.already", { number: label.order_number });
  if (!state.online) return t("scan.no_print_offline");
  if (!chosenPrinter()) return t("print.no_printer");
  const n = missing({ label, ...open });
  return n > 0 ? t("scan.missing", { n }) : "";
}

const often = 1_000; // milliseconds between two readings of the open label

let refreshed = 0;

// Each snapshot is a reason to read the open label again: it may have come out, or once more.
onSnapshot(() => {
  if (table.open && Date.now() - refreshed > often) refresh();
});

async function refresh() {
  const open = table.open;
  refreshed = Date.now();
  const { merchant, delivery_order_id: order, label: n } = open.label;
  try {
    const label = await get(pathOf`/api/labels/${merchant}/${order}/${String(n)}`);
    if (table.open === open) open.label = label;
    changed();
  } catch (failure) {
    if (failure.words === undefined) throw failure; // the next snapshot tries again
  }
}
