// Persona: who works here, the language, the sound, the printer of this table.

import { h } from "../paint.js";
import { language, t } from "../words.js";
import { get, remove } from "../api.js";
import { state } from "../state.js";
import { take } from "../live.js";
import { openDialog } from "../dialogs.js";
import { personDialog } from "../persondialog.js";
import { trying } from "../say.js";
import { sound, volume } from "../sounds.js";
import { printerChoice } from "../printerchoice.js";
import { choosePrinter } from "../printers.js";

const languages = [["es", "Español"], ["pt", "Português"], ["en", "English"]];

export const person = {
  name: "persona",
  title: "nav.person",
  paint,
  focus: () => document.activeElement === document.body && document.querySelector("main [data-row]")?.focus(),
  scan(text) {
    const dialog = personDialog();
    openDialog(dialog);
    return dialog.scan(text);
  },
  actions: {
    choose: () => openDialog(personDialog()),
    async leave() {
      if ((await trying(() => remove("/api/person").then(() => true))) === undefined) return;
      take(await get("/api/today"));
    },
    language(element) {
      document.cookie = `lang=${element.dataset.language}; path=/; max-age=31536000; samesite=strict`;
      location.reload();
    },
    volume(element) {
      volume.set(Number(element.value) / 10);
      sound("good");
    },
    try: (element) => sound(element.dataset.sound),
    printer: (element) => choosePrinter(element.value),
  },
};

function paint() {
  return h("div.settings", {},
    h("h1", {}, t("nav.person")),
    h("section", {}, h("h2", {}, t("person.title")),
      h("p.big", {}, state.person || t("person.nobody")),
      h("p.buttons", {},
        h("button.main", { type: "button", "data-do": "choose", "data-row": true }, t("person.change")),
        state.person && h("button", { type: "button", "data-do": "leave", "data-row": true }, t("person.leave")))),
    h("section", {}, h("h2", {}, t("settings.table")), printerChoice(false)),
    h("section", {}, h("h2", { id: "volume-name" }, t("settings.sound")),
      h("p.buttons", {}, h("input", { type: "range", min: "0", max: "10", value: String(Math.round(volume.get() * 10)), "aria-labelledby": "volume-name", "data-on": "volume" }),
        ["good", "wrong", "alarm"].map((name) => h("button", { key: name, type: "button", "data-do": "try", "data-sound": name }, t(`settings.sound_${name}`))))),
    h("section", {}, h("h2", {}, t("settings.language")),
      h("p.buttons", {}, languages.map(([code, name]) => h("button", { key: code, type: "button", lang: code, "data-do": "language", "data-language": code, "aria-pressed": String(language === code) }, name)))));
}
