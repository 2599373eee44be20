// The queue of scans. A scan is stored before it is shown, sent in order under an id of its own, and good only
// once the station has answered. What was sent late never prints: it says so with queued.

import { add, all, put, removeUpTo } from "./db.js";
import { post } from "./api.js";
import { newID } from "./ids.js";
import { onAnswer, setOnline } from "./live.js";
import { changed, onSnapshot, state } from "./state.js";
import { withPerson } from "./person.js";
import { t } from "./words.js";

const doubledWithin = 500; // milliseconds in which a scanner may read the same code twice
const lateAfter = 5_000; // milliseconds after which a scan must not print any more
const longestWait = 5_000; // milliseconds between two tries, at most
const kept = 200; // answered scans that are kept for the list

// scans are this browser's, newest first. state: waiting, answered, failed, doubled, refused.
export const scans = [];

let lastRead; // by the scanner, stored or about to be
let answered = () => {};
let contextOf = () => ({});
let sending = false;
let tries = 0;

// begin reads what was stored before and says who is told of answers, and what goes along with a scan when it is sent.
export async function begin(onAnswered, contextWhenSent) {
  answered = onAnswered;
  contextOf = contextWhenSent;
  onAnswer(sendAll);
  onSnapshot(() => state.person && tries === 0 && sendAll());
  const before = await all();
  const old = before.slice(0, -kept);
  if (old.length > 0 && old.every((scan) => scan.state !== "waiting")) await removeUpTo(old.at(-1).seq);
  for (const scan of before) if (scan.state === "waiting" || !old.includes(scan)) scans.unshift(scan);
  for (const scan of scans) if (scan.state === "waiting") scan.late = true;
  count();
  sendAll();
}

// record stores a scan and sends it when its turn comes.
export async function record(text, mode) {
  const now = Date.now();
  const doubled = lastRead?.text === text && now - lastRead.noticed < doubledWithin;
  lastRead = { text, noticed: now };
  const late = !state.online || !navigator.onLine || tries > 0;
  await store({ text, mode, state: doubled ? "doubled" : "waiting", noticed: now, late });
  sendAll();
}

// refuse stores a scan that is not sent, with the reason.
export function refuse(text, mode, words) {
  lastRead = undefined;
  return store({ text, mode, state: "refused", words, noticed: Date.now() });
}

async function store(scan) {
  scan.id = newID();
  scan.at = new Date(scan.noticed).toISOString();
  scan.seq = await add(scan);
  scans.unshift(scan);
  while (scans.length > kept && scans.at(-1).state !== "waiting") scans.pop();
  count();
}

function count() {
  state.waiting = scans.filter((scan) => scan.state === "waiting").length;
  changed();
}

async function sendAll() {
  if (sending) return;
  sending = true;
  try {
    for (let scan = next(); scan; scan = next()) if (!(await send(scan))) return;
  } finally {
    sending = false;
  }
}

const next = () => scans.findLast((scan) => scan.state === "waiting");

// send says whether the next scan may follow.
async function send(scan) {
  scan.request ??= { id: scan.id, text: scan.text, mode: scan.mode, at: scan.at, ...contextOf(scan) };
  scan.request.queued = scan.late || Date.now() - scan.noticed > lateAfter;
  scan.late = true; // from now on nobody knows whether it arrived
  try {
    await put(scan);
    const answer = await post("/api/scan", scan.request);
    tries = 0;
    setOnline(true);
    await settle(scan, { state: "answered", answer });
    answered(scan);
    return true;
  } catch (failure) {
    if (failure.words === undefined) throw failure;
    return failed(scan, failure);
  }
}

async function failed(scan, failure) {
  if (failure.status === 0) setOnline(false);
  if (failure.code === "no_person") {
    withPerson(sendAll);
    return false;
  }
  if (failure.passes) {
    for (const other of scans) if (other.state === "waiting") other.late = true;
    setTimeout(sendAll, Math.min(500 * 2 ** tries++, longestWait));
    return false;
  }
  await settle(scan, { state: "failed", words: failure.words });
  answered(scan);
  return true;
}

async function settle(scan, how) {
  Object.assign(scan, how);
  await put(scan);
  count();
}

// wordsOf says where a scan stands.
export function wordsOf(scan) {
  switch (scan.state) {
    case "waiting":
      return t(state.online ? "scan.waiting" : "scan.waiting_offline");
    case "doubled":
      return t("scan.doubled");
    case "answered":
      return scan.answer.words;
    default:
      return scan.words;
  }
}
