// A code that several orders have: the packer chooses one.

import { h } from "./paint.js";
import { t } from "./words.js";
import { closeDialog } from "./dialogs.js";
import { stateOf } from "./labels.js";

export function severalDialog(labels, words, chosen) {
  const dialog = {
    name: "several",
    title: t("several.title"),
    paint: () => [
      h("p", {}, words),
      h("ul.several", {}, labels.map((label, i) => h("li", {},
        h("button", { type: "button", "data-do": "choose", "data-at": String(i), autofocus: i === 0 },
          h("b", {}, t("label.order", { number: label.order_number })), h("span.contents", {}, label.items.map((item) => `${item.quantity} × ${item.name || item.sku}`).join(", "),
            h("small", {}, t("label.position_of", { position: label.position, run: label.run }))), stateOf(label))))),
      h("p.buttons", {}, h("button", { type: "button", "data-do": "close" }, t("back"), h("kbd", {}, "Esc"))),
    ],
    actions: {
      choose(element) {
        closeDialog(dialog);
        chosen(labels[Number(element.dataset.at)]);
      },
    },
  };
  return dialog;
}
