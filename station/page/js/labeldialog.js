// A label that is looked at: its picture, its prints, and printing it.

import { h } from "./paint.js";
import { t } from "./words.js";
import { get, pathOf } from "./api.js";
import { changed, state } from "./state.js";
import { closeDialog, openDialog } from "./dialogs.js";
import { historyOf, mayBeOnPaper, stateOf } from "./labels.js";
import { preview } from "./preview.js";
import { againDialog, fromHereDialog } from "./againdialog.js";
import { openLabel, printOpen } from "./table.js";
import { channelName } from "./channels.js";

export function labelDialog(listed) {
  let label = listed;
  get(pathOf`/api/labels/${label.merchant}/${label.delivery_order_id}/${String(label.label)}`).then((whole) => {
    label = whole;
    changed();
  }, () => {}); // what the list knows is shown

  function instead(other) {
    closeDialog(dialog);
    openDialog(other);
  }
  const again = () => mayBeOnPaper(label) && !label.cancelled && instead(againDialog(label));
  const fromHere = () => mayBeOnPaper(label) && instead(fromHereDialog(label));
  function print() {
    closeDialog(dialog);
    openLabel(label);
    printOpen();
  }

  const dialog = {
    name: "label",
    title: t("label.order", { number: label.order_number }),
    tone: "wide",
    paint: () => {
      const printed = mayBeOnPaper(label);
      return [
        h("div.columns", {},
          h("div", {},
            h("p", {}, stateOf(label)),
            h("ul.items", {}, label.items.map((item) => h("li", {}, h("b.quantity", {}, `${item.quantity} ×`), h("span", {}, item.name || item.sku, item.name && h("small", {}, item.sku))))),
            h("p.quiet", {}, [channelName(label.channel), label.courier, label.tracking_number].filter(Boolean).join(" · ")),
            label.reason && h("p.note", {}, label.reason)),
          preview(label)),
        historyOf(label),
        h("p.buttons", {},
          h("button.main", { key: "print", type: "button", "data-do": "print", disabled: printed || Boolean(label.cancelled) || !state.online, autofocus: !printed }, t("print.do")),
          h("button", { key: "again", type: "button", "data-do": "again", disabled: !printed || Boolean(label.cancelled) || !state.online }, t("again.one"), h("kbd", {}, "F8")),
          h("button", { key: "from", type: "button", "data-do": "fromHere", disabled: !printed || !state.online }, t("again.from_here"), h("kbd", {}, "F10")),
          h("a.button", { key: "file", href: pathOf`/api/labels/${label.merchant}/${label.delivery_order_id}/${String(label.label)}/file`, target: "_blank", rel: "noopener" }, t("label.file")),
          h("button", { key: "close", type: "button", "data-do": "close" }, t("close"), h("kbd", {}, "Esc"))),
      ];
    },
    keys: { F8: { does: again }, F10: { does: fromHere } },
    actions: { print, again, fromHere },
  };
  return dialog;
}
