// Keys. Only keys that no scanner sends are shortcuts: F keys, Escape, arrows, Enter. A scanner that is
// read by mistake in another view must do nothing, so letters never are one.

// bar are the keys of every view, in the order in which they are shown.
export const bar = [
  ["F2", "nav.today", "hoy"],
  ["F3", "nav.scan", "escanear"],
  ["F4", "nav.takeout", "retirar"],
  ["F6", "nav.handover", "entrega"],
  ["F7", "nav.person", "persona"],
];

// printerKey opens this table's printer in every view.
export const printerKey = "F9";

const quick = 60; // milliseconds between two characters of a scanner, at most
const shortest = 4; // characters of a scan, at least

export const isTyping = (element) =>
  element instanceof HTMLTextAreaElement ||
  (element instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(element.type));

// Burst tells a scanner's characters from a person's: many in a short time, then Enter.
export class Burst {
  constructor() {
    this.text = "";
    this.at = 0;
  }

  // take gives the scanned text when a scan ends, "" when the key belongs to one, undefined else.
  take(event) {
    const fast = event.timeStamp - this.at < quick;
    this.at = event.timeStamp;
    if (!fast) this.text = "";
    if (event.key.length === 1) {
      this.text += event.key;
      return this.text.length >= shortest ? "" : undefined;
    }
    if ((event.key === "Enter" || event.key === "Tab") && this.text.length >= shortest) {
      const text = this.text;
      this.text = "";
      return text;
    }
    return undefined;
  }
}

// moveAmong moves the focus up or down among the rows of a list, which are marked data-row.
export function moveAmong(step) {
  const rows = [...document.querySelectorAll("main [data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement?.closest("[data-row]"));
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}
