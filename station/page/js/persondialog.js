// Choosing a person: by name, or by scanning a badge; with a PIN where the person has one.

import { h } from "./paint.js";
import { t } from "./words.js";
import { get, post } from "./api.js";
import { changed, state } from "./state.js";
import { closeDialog } from "./dialogs.js";
import { take } from "./live.js";
import { say } from "./say.js";
import { icon } from "./icons.js";

// personDialog asks who is here; chosen is called when somebody is, given up when the dialog is closed before.
export function personDialog(chosen = () => {}, givenUp = () => {}) {
  let people;
  let asked; // {name} or {badge} whose PIN is wanted
  let wrong = "";
  let done = false;

  get("/api/people").then(
    (answer) => {
      people = answer.people ?? answer;
      changed();
    },
    (failure) => {
      wrong = failure.words;
      changed();
    },
  );

  async function choose(request) {
    wrong = "";
    try {
      const answer = await post("/api/person", request);
      state.person = answer?.name ?? request.name;
      done = true;
      take(await get("/api/today"));
      closeDialog(dialog);
      say(t("person.hello", { name: state.person }), "good");
      chosen();
    } catch (failure) {
      if (failure.words === undefined) throw failure;
      if (failure.code === "needs_pin") {
        asked = request;
      } else {
        wrong = failure.words;
        say(failure.words, "bad");
      }
    }
    changed();
  }

  const dialog = {
    name: "person",
    title: t("person.title"),
    paint: () => [
      h("p", {}, t("person.how")),
      asked ? pinForm(asked) : names(people),
      h("p.wrong", { role: "alert" }, wrong && [icon("stopped"), wrong]),
      h("p.buttons", {}, h("button", { type: "button", "data-do": "close" }, t("back"), h("kbd", {}, "Esc"))),
    ],
    scan: (text) => (choose({ badge: text }), true),
    closed: () => done || givenUp(),
    actions: {
      pick(element) {
        const name = element.dataset.name;
        if (!element.dataset.pin) return choose({ name });
        asked = { name };
        return undefined;
      },
      givePIN: (form) => choose({ ...asked, pin: form.elements.pin.value }),
    },
  };
  return dialog;
}

function names(people) {
  if (!people) return h("p.empty", {}, t("today.loading"));
  if (people.length === 0) return h("p", {}, t("person.none"));
  return h("ul.people", {}, people.map((person, i) =>
    h("li", { key: person.name }, h("button", {
      type: "button", "data-do": "pick", "data-name": person.name, "data-pin": person.pin ? "yes" : undefined, autofocus: i === 0,
    }, person.name, person.pin && h("small", {}, t("person.has_pin"))))));
}

function pinForm({ name }) {
  return h("form", { "data-do": "givePIN" },
    h("label", { for: "pin" }, name ? t("person.pin", { name }) : t("person.pin_of_badge")),
    h("input", { id: "pin", name: "pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "20", autofocus: true }),
    h("button.main", { type: "submit" }, t("person.enter")));
}
