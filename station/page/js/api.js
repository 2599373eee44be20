// Requests to the station. What is not well is a Failure, with words for the packer.

import { t } from "./words.js";

class Failure extends Error {
  // status is 0 when no answer came.
  constructor(status, code, words) {
    super(words);
    this.status = status;
    this.code = code;
    this.words = words;
  }

  // passes says that the same request may be well later.
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const patience = 10_000; // milliseconds that an answer may take

let token = document.querySelector('meta[name="csrf"]').content;

export const get = (path) => ask("GET", path);

export const remove = (path) => ask("DELETE", path);

export const post = (path, body) => ask("POST", path, body);

// pathOf escapes the parts of a path: pathOf`/api/runs/${merchant}/${run}/labels`.
export function pathOf(texts, ...parts) {
  return texts.reduce((path, text, i) => path + encodeURIComponent(parts[i - 1]) + text);
}

async function ask(method, path, body) {
  try {
    return await read(await send(method, path, body));
  } catch (failure) {
    if (failure.code === "not_paired") location.assign("/pair");
    if (failure.code !== "wrong_token" || !(await readTokenAgain())) throw failure;
    return read(await send(method, path, body));
  }
}

async function send(method, path, body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-Despacho-Token"] = token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new Failure(0, "no_answer", t("failure.no_answer"));
  }
}

async function read(answer) {
  let content;
  try {
    const text = await answer.text();
    content = text === "" ? undefined : JSON.parse(text);
  } catch {
    if (answer.ok) throw new Failure(0, "no_answer", t("failure.no_answer"));
  }
  if (answer.ok) return content;
  throw new Failure(answer.status, content?.code ?? "", content?.words ?? t("failure.status", { status: String(answer.status) }));
}

// readTokenAgain: a station that was started again has another token. It says whether there is a new one.
async function readTokenAgain() {
  const answer = await send("GET", "/");
  if (!answer.ok) return false;
  const shell = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = shell.querySelector('meta[name="csrf"]')?.content;
  if (!now || now === token) return false;
  token = now;
  return true;
}
