// Which keys there are, here and everywhere.

import { h } from "./paint.js";
import { t } from "./words.js";
import { bar, printerKey } from "./keys.js";

const everywhere = [
  ...bar.map(([key, words]) => [key, words]),
  [printerKey, "help.printer"],
  ["↑ ↓", "help.rows"],
  ["Enter", "help.enter"],
  ["Tab", "help.tab"],
  ["Esc", "help.escape"],
  ["F1 ?", "nav.help"],
];

export function help(view) {
  const here = Object.entries(view.keys ?? {}).filter(([, key]) => key.words).map(([name, key]) => [name, key.words]);
  return {
    name: "help",
    title: t("nav.help"),
    paint: () => [
      here.length > 0 && [h("h3", {}, t("help.here")), table(here)],
      h("h3", {}, t("help.everywhere")),
      table(everywhere),
      h("p", {}, t("help.scanner")),
      h("p.buttons", {}, h("button.main", { type: "button", "data-do": "close", autofocus: true }, t("close"), h("kbd", {}, "Esc"))),
    ],
  };
}

function table(keys) {
  return h("dl.keys", {}, keys.map(([name, words]) => h("div", {}, h("dt", {}, h("kbd", {}, name)), h("dd", {}, t(words)))));
}
