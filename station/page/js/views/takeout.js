// Retirar: orders cancelled after printing, until somebody has found the parcel.

import { h } from "../paint.js";
import { t, timeOf } from "../words.js";
import { state } from "../state.js";
import { icon } from "../icons.js";
import { found } from "../found.js";
import { channelName } from "../channels.js";

export const takeOut = {
  name: "retirar",
  title: "nav.takeout",
  paint,
  focus: () => document.activeElement === document.body && document.querySelector("main [data-row]")?.focus(),
  actions: {
    found: (element) => found(orders().find((order) => keyOf(order) === element.dataset.order)),
  },
};

const orders = () => state.today?.take_out ?? [];

const keyOf = (order) => `${order.merchant}/${order.delivery_order_id}`;

function paint() {
  const open = orders().filter((order) => !order.found_at);
  const over = orders().filter((order) => order.found_at);
  return [
    h("h1", {}, t("takeout.title")),
    h("p.quiet", {}, t("takeout.how")),
    open.length === 0 && h("p.empty", {}, icon("ready"), t("takeout.none")),
    h("ul.takeouts", {}, open.map((order) => h("li", { key: keyOf(order) },
      facts(order),
      h("button.main", { type: "button", "data-do": "found", "data-row": true, "data-order": keyOf(order), disabled: !state.online }, t("takeout.found"), h("kbd", {}, "Enter"))))),
    over.length > 0 && h("section", {}, h("h2", {}, t("takeout.over")),
      h("ul.takeouts", {}, over.map((order) => h("li.over", { key: keyOf(order) }, facts(order),
        h("span", {}, icon("ready"), t("takeout.found_by", { name: order.found_by, time: timeOf(order.found_at) })))))),
  ];
}

function facts(order) {
  return h("span.what", {},
    h("b", {}, t("label.order", { number: order.order_number })),
    h("small", {}, [channelName(order.channel), order.run && t("label.position_of", { position: order.position ?? "—", run: order.run }), order.since && t("takeout.since", { time: timeOf(order.since) })].filter(Boolean).join(" · ")));
}
