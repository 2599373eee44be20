// The picture of a label: of a PDF by the station, of ZPL by a worker that is fetched with the first look.

import { h } from "./paint.js";
import { t } from "./words.js";
import { pathOf } from "./api.js";
import { changed } from "./state.js";
import { keyOf } from "./labels.js";

const most = 20; // pictures kept

const pictures = new Map(); // key → {url} or {failed}

// preview shows a label in a box that keeps its size while the picture comes.
export function preview(label) {
  const picture = pictures.get(keyOf(label)) ?? draw(label);
  return h("figure.preview", { key: keyOf(label) },
    picture.url && h("img", { src: picture.url, alt: t("preview.alt", { number: label.order_number }) }),
    !picture.url && h("figcaption", {}, picture.failed ? t("preview.failed") : t("today.loading")));
}

function draw(label) {
  const picture = {};
  pictures.set(keyOf(label), picture);
  if (pictures.size > most) forget(pictures.keys().next().value);
  const base = pathOf`/api/labels/${label.merchant}/${label.delivery_order_id}/${String(label.label)}`;
  const drawn = label.format === "zpl" ? drawZPL(`${base}/file`) : fetchPicture(`${base}/preview.png?dpi=100`);
  drawn.then(
    (url) => (picture.url = url),
    () => {
      picture.failed = true;
      setTimeout(() => pictures.delete(keyOf(label)), 5_000); // a later look tries again
    },
  ).finally(changed);
  return picture;
}

function forget(key) {
  URL.revokeObjectURL(pictures.get(key).url);
  pictures.delete(key);
}

async function fetchPicture(path) {
  const answer = await fetch(path, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return URL.createObjectURL(await answer.blob());
}

async function drawZPL(path) {
  const answer = await fetch(path, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const { draw: drawn } = await import("../zpl/zpl-view.js");
  const [first] = await drawn(await answer.text());
  return first;
}
