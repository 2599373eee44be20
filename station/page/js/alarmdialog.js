// The alarm: a parcel of a cancelled order. It must be confirmed with a key that no scanner sends.

import { h } from "./paint.js";
import { t } from "./words.js";
import { closeDialog } from "./dialogs.js";
import { icon } from "./icons.js";
import { sound } from "./sounds.js";
import { found } from "./found.js";
import { refuse } from "./scans.js";
import { table } from "./table.js";

export function alarmDialog(label, words) {
  sound("alarm");
  async function confirm(isFound) {
    closeDialog(dialog);
    if (isFound) await found(label);
  }
  const dialog = {
    title: t("alarm.title"),
    strict: true,
    tone: "alarm",
    paint: () => [
      h("p.big", { tabindex: "-1", autofocus: true }, icon("alarm"), words || t("label.cancelled")),
      h("p.big", {}, t("label.order", { number: label.order_number })),
      h("ul.items", {}, label.items.map((item) => h("li", {}, h("b.quantity", {}, `${item.quantity} ×`), h("span", {}, item.name || item.sku)))),
      h("p.buttons", {},
        h("button.danger", { key: "found", type: "button", "data-do": "found" }, t("alarm.found"), h("kbd", {}, "F9")),
        h("button", { key: "seen", type: "button", "data-do": "seen" }, t("alarm.seen"), h("kbd", {}, "F10"))),
    ],
    // Nothing else is scanned before the alarm is confirmed; what is scanned all the same stays in the list.
    scan(text) {
      sound("alarm");
      refuse(text, table.mode, t("scan.refused"));
      return true;
    },
    keys: { F9: { does: () => confirm(true) }, F10: { does: () => confirm(false) }, Enter: { does() {} }, " ": { does() {} } },
    actions: { found: () => confirm(true), seen: () => confirm(false) },
  };
  return dialog;
}
