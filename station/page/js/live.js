// Today, live: each event is a whole snapshot, so nothing is missed by a lost connection.

import { get } from "./api.js";
import { changed, setToday, state } from "./state.js";

const silence = 20_000; // after so many milliseconds without an event we ask whether the station is there
const retryAfter = 2_000;

let source;
let lastHeard = 0;
let listeners = [];

// onAnswer is called when the station answers again after it did not.
export function onAnswer(then) {
  listeners.push(then);
}

export function follow() {
  open();
  setInterval(askAfterSilence, 5_000);
  addEventListener("online", open);
  addEventListener("offline", () => setOnline(false));
}

function open() {
  source?.close();
  const opened = new EventSource("/api/events");
  source = opened;
  opened.addEventListener("today", (event) => take(JSON.parse(event.data)));
  opened.addEventListener("error", () => {
    setOnline(false);
    // The browser connects again by itself, unless it was answered with an error.
    if (opened.readyState === EventSource.CLOSED) setTimeout(() => opened === source && open(), retryAfter);
  });
}

export function take(today) {
  lastHeard = performance.now();
  for (const list of ["runs", "printers", "take_out"]) today[list] ??= [];
  for (const run of today.runs) run.piles ??= [];
  for (const printer of today.printers) for (const list of ["jobs", "doubts"]) printer[list] ??= [];
  setOnline(true);
  setToday(today);
}

export function setOnline(online) {
  const back = online && !state.online;
  if (state.online === online) return;
  state.online = online;
  changed();
  if (back) for (const then of listeners) then();
}

async function askAfterSilence() {
  if (performance.now() - lastHeard < silence) return;
  try {
    take(await get("/api/today"));
    if (source.readyState !== EventSource.OPEN) open();
  } catch (failure) {
    if (failure.status === 0) setOnline(false);
  }
}
