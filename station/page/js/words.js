// The texts of the page: t gives one in the reader's language.

const texts = JSON.parse(document.getElementById("words").textContent);

export const language = document.documentElement.lang;

const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language);
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric" });

// t gives a text with its values in place of {name}. A text with forms chooses one by the value n.
export function t(key, values = {}) {
  let text = texts[key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  if (typeof text === "object") text = text[plurals.select(values.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return typeof value === "number" ? numbers.format(value) : (value ?? whole);
  });
}

// has says whether there are words for a key; for codes that a newer station may know.
export const has = (key) => key in texts;

export const number = (value) => numbers.format(value);

// timeOf gives the hour, with the day before it unless it is today's.
export function timeOf(at) {
  if (!at) return "";
  const when = new Date(at);
  const today = new Date().toDateString() === when.toDateString();
  return today ? clock.format(when) : `${day.format(when)} ${clock.format(when)}`;
}
