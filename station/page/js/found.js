// "Encontrado": somebody has the parcel of a cancelled order in hand.

import { t } from "./words.js";
import { post } from "./api.js";
import { newID } from "./ids.js";
import { say, trying } from "./say.js";
import { withPerson } from "./person.js";

export async function found({ merchant, delivery_order_id, order_number }) {
  const done = await withPerson(() => trying(() => post("/api/found", { id: newID(), merchant, delivery_order_id }).then(() => true)));
  if (done) say(t("takeout.said", { number: order_number }), "good");
  return done;
}
