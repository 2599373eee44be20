// The page of a fake printer: its state, its labels as pictures, and buttons for faults.
import { draw } from "../zpl/zpl-view.js";

const texts = {
  es: {
    title: "Impresora de prueba", panel: "Panel", printed: "Impresas", waiting: "En la impresora", wasted: "A medias", counter: "Contador",
    darkness: "Oscuridad", speed: "Velocidad", labels: "Etiquetas, la más nueva primero", none: "Todavía no salió ninguna.",
    ready: "Lista", printing: "Imprimiendo", off: "Apagada", asleep: "Dormida", label: "Etiqueta", failed: "No se pudo dibujar esta etiqueta",
    head_open: "Tapa abierta", paper_out: "Sin papel", paper_almost_out: "Queda poco papel", ribbon_out: "Sin cinta", jam: "Papel atascado",
    head_hot: "Cabezal caliente", cutter_fault: "Cortador trabado", paused: "En pausa", mute: "No contesta", sleep: "Dormida",
    new_roll: "Rollo nuevo y cerrar la tapa", short_roll: "Rollo nuevo de 10 etiquetas", power_off: "Apagar", power_on: "Encender",
  },
  pt: {
    title: "Impressora de teste", panel: "Painel", printed: "Impressas", waiting: "Na impressora", wasted: "Pela metade", counter: "Contador",
    darkness: "Escurecimento", speed: "Velocidade", labels: "Etiquetas, a mais nova primeiro", none: "Ainda não saiu nenhuma.",
    ready: "Pronta", printing: "Imprimindo", off: "Desligada", asleep: "Dormindo", label: "Etiqueta", failed: "Não foi possível desenhar esta etiqueta",
    head_open: "Tampa aberta", paper_out: "Sem papel", paper_almost_out: "Pouco papel", ribbon_out: "Sem fita", jam: "Papel atolado",
    head_hot: "Cabeça quente", cutter_fault: "Cortador travado", paused: "Em pausa", mute: "Não responde", sleep: "Dormindo",
    new_roll: "Rolo novo e fechar a tampa", short_roll: "Rolo novo de 10 etiquetas", power_off: "Desligar", power_on: "Ligar",
  },
  en: {
    title: "Test printer", panel: "Panel", printed: "Printed", waiting: "In the printer", wasted: "Spoilt", counter: "Counter",
    darkness: "Darkness", speed: "Speed", labels: "Labels, newest first", none: "None has come out yet.",
    ready: "Ready", printing: "Printing", off: "Off", asleep: "Asleep", label: "Label", failed: "This label could not be drawn",
    head_open: "Lid open", paper_out: "Out of paper", paper_almost_out: "Paper almost out", ribbon_out: "Out of ribbon", jam: "Paper jam",
    head_hot: "Head too hot", cutter_fault: "Cutter stuck", paused: "Paused", mute: "Does not answer", sleep: "Asleep",
    new_roll: "New roll, lid closed", short_roll: "New roll of 10 labels", power_off: "Switch off", power_on: "Switch on",
  },
};
const wanted = [new URLSearchParams(location.search).get("lang"), ...navigator.languages].filter(Boolean).map((l) => l.slice(0, 2));
const language = wanted.find((l) => l in texts) ?? "es";
const words = texts[language];
const faults = ["head_open", "paper_out", "ribbon_out", "jam", "head_hot", "cutter_fault", "paused"];
const toggles = { ...Object.fromEntries([...faults, "paper_almost_out", "mute"].map((m) => [m, m])), sleep: "asleep" };

document.documentElement.lang = language;
document.title = words.title;
for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];

const byID = (id) => document.getElementById(id);

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (response.ok) show(await response.json());
}

function button(name, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.name = name;
  made.textContent = words[name];
  made.addEventListener("click", press);
  byID("buttons").append(made);
  return made;
}

button("new_roll", () => post("roll", { labels: 0 }));
button("short_roll", () => post("roll", { labels: 10 }));
const power = button("power_off", () => post("power", { on: state.off }));
const switches = Object.entries(toggles).map(([name, member]) => {
  const made = button(name, () => post("modes", { [member]: !state.modes[member] }));
  return [made, member];
});

let state = { modes: {}, off: false };

function show(view) {
  state = view;
  const wrong = faults.filter((m) => view.modes[m]).map((m) => words[m]);
  if (view.modes.asleep) wrong.push(words.asleep);
  const line = byID("state");
  line.className = view.off ? "off" : wrong.length ? "stopped" : "";
  line.textContent = view.off ? words.off : wrong.join(" · ") || (view.waiting ? words.printing : words.ready);
  for (const id of ["printed", "waiting", "wasted", "counter", "darkness", "speed"]) byID(id).textContent = view[id];
  power.textContent = view.off ? words.power_on : words.power_off;
  for (const [made, member] of switches) made.setAttribute("aria-pressed", String(Boolean(view.modes[member])));
  showLabels(view);
}

const drawing = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    drawing.unobserve(target);
    fill(target);
  }
}, { rootMargin: "300px" });

function showLabels({ labels, dpi }) {
  const list = byID("labels");
  byID("none").hidden = labels.length > 0;
  const there = new Map([...list.children].map((item) => [item.dataset.key, item]));
  const items = labels.map((label) => there.get(keyOf(label)) ?? itemOf(label, dpi));
  list.replaceChildren(...items);
}

const white = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=";
const keyOf = (label) => `${label.number}/${label.at}`;

function itemOf(label, dpi) {
  const item = document.createElement("li");
  item.dataset.key = keyOf(label);
  item.dataset.number = label.number;
  item.dataset.sha256 = label.sha256;
  item.label = label;
  item.dpi = dpi;
  const figure = document.createElement("figure");
  const picture = document.createElement("img");
  picture.width = label.width;
  picture.height = label.length;
  picture.alt = `${words.label} ${label.number}`;
  picture.src = white;
  const caption = document.createElement("figcaption");
  const time = new Date(label.at).toLocaleTimeString(language);
  caption.textContent = `${words.label} ${label.number} · ${time}`;
  figure.append(picture, caption);
  item.append(figure);
  drawing.observe(item);
  return item;
}

// fill asks for the picture; a label that the server cannot draw is drawn here.
async function fill(item) {
  const picture = item.querySelector("img");
  const { number, at, width, length, graphic } = item.label;
  if (graphic) {
    picture.src = `labels/${number}.png?at=${encodeURIComponent(at)}`;
    return;
  }
  try {
    const zpl = await (await fetch(`labels/${number}.zpl`)).text();
    const millimetre = item.dpi / 25.4;
    const [first] = await draw(zpl, { width: width / millimetre, height: length / millimetre, dpmm: item.dpi > 250 ? 12 : 8 });
    picture.src = first;
  } catch {
    picture.alt = `${words.failed} (${number})`;
  }
}

const events = new EventSource("events");
events.addEventListener("printer", ({ data }) => show(JSON.parse(data)));
