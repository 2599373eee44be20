// ¿Salió? Labels of which nobody knows whether they came out: a packer says so, one by one.

import { h } from "./paint.js";
import { t } from "./words.js";
import { get, pathOf, post } from "./api.js";
import { closeDialog } from "./dialogs.js";
import { say, trying } from "./say.js";
import { withPerson } from "./person.js";
import { printers } from "./printers.js";
import { changed, state } from "./state.js";
import { keyOf, refOf } from "./labels.js";
import { preview } from "./preview.js";

// unread is how many milliseconds nobody has looked at a label that has just been shown: a key held down, or meant
// for the label before, says nothing of it.
const unread = 500;

export function doubtDialog(printer) {
  const doubts = () => printers().find((one) => one.name === printer)?.doubts ?? [];
  const settled = new Set(); // answered here, until the station's next snapshot says so
  const open = () => doubts().filter((label) => !settled.has(keyOf(label)));
  let shown = "";
  let shownSince = 0;

  function show(label) {
    if (keyOf(label) === shown) return;
    shown = keyOf(label);
    shownSince = performance.now();
  }

  const isRead = (label) => keyOf(label) === shown && performance.now() - shownSince >= unread;

  async function settle(how) {
    const label = open()[0];
    if (!label || !isRead(label)) return;
    settled.add(keyOf(label));
    const done = await withPerson(() => trying(async () => {
      const request = { merchant: label.merchant, job: await jobOf(label), person: state.person, [how]: [refOf(label)] };
      await post(pathOf`/api/printers/${printer}/settle`, request);
      return true;
    }));
    changed();
    if (!done) settled.delete(keyOf(label));
    else say(t(`doubt.said_${how}`, { number: label.order_number }), "good");
    if (open().length === 0) closeDialog(dialog);
  }

  const dialog = {
    name: "doubt",
    title: t("doubt.title", { printer }),
    tone: "doubt",
    paint: () => {
      const label = open()[0];
      if (!label) return [h("p", {}, t("doubt.none")), back()];
      show(label);
      return [
        h("p", {}, t("doubt.look", { n: open().length })),
        h("p.big", {}, t("doubt.label", { position: label.position, number: label.order_number })),
        h("div.columns", {}, h("ul.items", {}, label.items.map((item) => h("li", {}, h("b.quantity", {}, `${item.quantity} ×`), h("span", {}, item.name || item.sku)))), preview(label)),
        h("p.buttons", {},
          h("button.main", { key: "out", type: "button", "data-do": "cameOut" }, t("doubt.came_out"), h("kbd", {}, "F9")),
          h("button", { key: "not", type: "button", "data-do": "notOut" }, t("doubt.not_out"), h("kbd", {}, "F10")),
          h("button", { key: "leave", type: "button", "data-do": "leave" }, t("doubt.leave"), h("kbd", {}, "F8")),
          back()),
      ];
    },
    keys: {
      F9: { does: () => settle("came_out") },
      F10: { does: () => settle("not_out") },
      F8: { does: () => settle("leave_out") },
    },
    actions: { cameOut: () => settle("came_out"), notOut: () => settle("not_out"), leave: () => settle("leave_out") },
  };
  return dialog;
}

// jobOf is the job of the print that is in doubt.
async function jobOf(label) {
  const inDoubt = (one) => one.prints?.findLast((print) => print.state === "unknown")?.job;
  return inDoubt(label) ?? inDoubt(await get(pathOf`/api/labels/${label.merchant}/${label.delivery_order_id}/${String(label.label)}`));
}

const back = () => h("button", { key: "back", type: "button", "data-do": "close", autofocus: true }, t("back"), h("kbd", {}, "Esc"));
