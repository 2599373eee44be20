// The page begins here: which view there is, its keys, clicks and forms, and painting it all.

import { paint } from "./paint.js";
import { changed, onChange, state } from "./state.js";
import { follow } from "./live.js";
import { goTo, onRoute, route } from "./router.js";
import { Burst, bar, isTyping, moveAmong, printerKey } from "./keys.js";
import { closeDialog, isAfterwards, openDialog, topDialog } from "./dialogs.js";
import { wakeSounds } from "./sounds.js";
import { frame, frameActions, paintDialog } from "./frame.js";
import { help } from "./help.js";
import { t } from "./words.js";
import { sayQuietly } from "./say.js";
import { printerDialog } from "./printercard.js";
import { today } from "./views/today.js";
import { scan } from "./views/scan.js";
import { takeOut } from "./views/takeout.js";
import { handOver } from "./views/handover.js";
import { person } from "./views/person.js";
import { run } from "./views/run.js";

const views = Object.fromEntries([today, scan, takeOut, handOver, person, run].map((one) => [one.name, one]));

let view = today;
const app = document.getElementById("app");

function enter() {
  const { name, parts } = route();
  view.leave?.();
  view = views[name] ?? today;
  sayQuietly("");
  view.enter?.(parts);
  paintAll();
  view.focus?.();
}

function paintAll() {
  paint(app, frame(view));
  document.title = `${t(view.title)} · despacho`;
  paintDialog(topDialog());
}

// doAction calls what an element is marked with: data-do for clicks and forms, data-on for what is typed.
function doAction(name, element, event) {
  const actions = [topDialog()?.actions, view.actions, frameActions].find((all) => all?.[name]);
  if (!actions) throw new Error(`nobody does ${name}`);
  actions[name](element, event);
  changed();
}

function listen() {
  document.addEventListener("click", (event) => {
    wakeSounds();
    const element = event.target.closest("[data-do]");
    if (element && element.localName !== "form" && !element.disabled) doAction(element.dataset.do, element, event);
    else view.focus?.(event.target);
  });
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    doAction(event.target.dataset.do, event.target, event);
  });
  document.addEventListener("input", (event) => {
    const element = event.target.closest("[data-on]");
    if (element) doAction(element.dataset.on, element, event);
  });
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("cancel", onCancel, true);
  onRoute(enter);
}

function onCancel(event) {
  event.preventDefault();
  const dialog = topDialog();
  if (dialog && !dialog.strict) closeDialog(dialog);
}

const burst = new Burst();

function onKey(event) {
  wakeSounds();
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (!isTyping(event.target)) {
    const scanned = burst.take(event);
    if (scanned !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      if (scanned) (topDialog() ?? view).scan?.(scanned) ?? scanElsewhere(scanned);
      return;
    }
  }
  if (event.key === "Enter" && !topDialog() && isAfterwards() && !event.target.value) return event.preventDefault();
  const does = keyAction(event);
  if (!does) return;
  event.preventDefault();
  does();
  changed();
}

function scanElsewhere(text) {
  if (topDialog()?.strict) return;
  closeDialog();
  goTo("escanear");
  views.escanear.scan(text);
}

function keyAction(event) {
  const dialog = topDialog();
  const own = (dialog ?? view).keys?.[event.key];
  const chooses = event.target.matches?.("select, [type=range], [type=radio]") && /^(Arrow|Enter|Home|End|Page)/.test(event.key);
  if (own && !chooses && own.when?.(event) !== false) return () => own.does(event);
  if (event.key === "F1" || (event.key === "?" && !isTyping(event.target))) return () => openDialog(help(view));
  if (dialog) return undefined;
  if (event.key === printerKey) return () => openDialog(printerDialog());
  const place = bar.find(([key]) => key === event.key);
  if (place) return () => goTo(place[2]);
  if (!isTyping(event.target) && !chooses && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    return () => moveAmong(event.key === "ArrowDown" ? 1 : -1);
  }
  return undefined;
}

onChange(paintAll);
listen();
enter();
follow();
