// The printers of the site, and the one that this table prints on.

import { changed, onSnapshot, state } from "./state.js";
import { say } from "./say.js";
import { t } from "./words.js";

const kept = "printer";

export const printers = () => state.today?.printers ?? [];

// chosenPrinter is the table's: the one that was chosen last, else the only one.
export function chosenPrinter() {
  const name = localStorage.getItem(kept);
  const all = printers();
  return all.find((printer) => printer.name === name) ?? (all.length === 1 ? all[0] : undefined);
}

export function choosePrinter(name) {
  localStorage.setItem(kept, name);
  changed();
}

// lightOf says how a printer is: "ready", "warning", "paused" or "stopped".
export function lightOf(printer) {
  if (printer.condition && !printer.warning) return "stopped";
  if (printer.doubts?.length) return "doubt";
  if (printer.paused) return "paused";
  return printer.condition ? "warning" : "ready";
}

let before = "";

// A printer of this table that stops is heard, whatever the view.
onSnapshot(() => {
  const printer = chosenPrinter();
  const light = printer ? `${printer.name} ${lightOf(printer)} ${printer.condition ?? ""}` : "";
  if (light === before) return;
  before = light;
  if (printer && lightOf(printer) === "stopped") say(`${printer.name}: ${printer.do ?? t("light.stopped")}`, "bad");
  if (printer && lightOf(printer) === "doubt") say(`${printer.name}: ${t("printer.doubts", { n: printer.doubts.length })}`, "bad");
});
