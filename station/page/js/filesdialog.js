// The files of a run, to be printed by the browser or downloaded: the way that always works.

import { h } from "./paint.js";
import { t } from "./words.js";
import { get, pathOf } from "./api.js";
import { changed } from "./state.js";

export function filesDialog(merchant, run) {
  let files;
  let wrong = "";
  get(pathOf`/api/files/${merchant}/${run}`).then((answer) => (files = answer), (failure) => (wrong = failure.words)).finally(changed);
  return {
    name: "files",
    title: t("files.title", { run }),
    tone: "wide",
    paint: () => [
      h("p", {}, t("files.how")),
      wrong && h("p.wrong", { role: "alert" }, wrong),
      !files && !wrong && h("p.empty", {}, t("today.loading")),
      h("ul.files", {}, (files ?? []).map((file, i) => row(pathOf`/api/files/${merchant}/${run}/${String(file.n)}`, file, i === 0))),
      h("p.quiet", {}, t("files.not_counted")),
      h("p.buttons", {}, h("button", { type: "button", "data-do": "close" }, t("close"), h("kbd", {}, "Esc"))),
    ],
  };
}

function row(address, file, autofocus) {
  const size = t("files.size", { n: Math.max(1, Math.round(file.bytes / 1024)) });
  const facts = [file.labels > 0 && t("files.labels", { n: file.labels }), file.pages > 0 && t("files.pages", { n: file.pages }), size];
  return h("li", { key: String(file.n) },
    h("span.what", {}, h("b", {}, file.name), h("small", {}, facts.filter(Boolean).join(" · "))),
    file.format === "pdf" && h("a.button", { href: address, target: "_blank", rel: "noopener", autofocus }, t("files.open")),
    h("a.button", { href: `${address}?download`, download: file.name, autofocus: autofocus && file.format !== "pdf" }, t("files.download")));
}

