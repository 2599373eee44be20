// What every script needs: a table is a browser of its own, paired, with a page open.
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

// The scene is an address, or JSON: {address, codes, zebras, hub}.
export const scene = process.argv[2].startsWith("{") ? JSON.parse(process.argv[2]) : { address: process.argv[2] };
const { address, codes = [] } = scene;
const pictures = process.env.PICTURES;

// patience bounds every wait; on a busy machine a page takes a while.
const patience = 240_000;

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  timeout: patience,
  args: ["--no-sandbox", "--autoplay-policy=user-gesture-required"],
});

const errors = [];
const pages = [];
let checks = 0;

process.on("uncaughtException", async (error) => {
  console.error([error.stack ?? error, ...errors].join("\n"));
  for (const page of pages) await page.picture(`failed-${page.table}`).catch(() => {});
  process.exit(1);
});

// table opens a table's page; options are those of a browser context.
export async function table(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 }, locale: "es-CL", ...options });
  return open(name, context, codes.length > 0 ? `${address}/pair#${codes.shift()}` : address);
}

// otherWindow opens a second window of a table.
export const otherWindow = (page) => open(`${page.table}'s other window`, page.context(), address);

async function open(name, context, at) {
  const page = await context.newPage();
  page.table = name;
  pages.push(page);
  page.setDefaultTimeout(patience);
  page.on("pageerror", (error) => errors.push(`${name}: ${error.stack || error.message || error}`));
  page.on("console", (message) => {
    // Requests that fail while there is no Wi-Fi are what the tests are about.
    if (message.type() === "error" && !/Failed to load resource|net::ERR/.test(message.text())) errors.push(`${name}: ${message.text()}`);
  });
  page.picture = async (view) => {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${view}.png` });
  };
  // usePrinter chooses the table's printer and person, as a packer did before.
  page.usePrinter = async (printer = undefined, person = "Ana") => {
    await page.evaluate(async ([printer, name]) => {
      const today = await (await fetch("/api/today")).json();
      localStorage.setItem("printer", printer ?? today.printers[0].name);
      const token = document.querySelector("meta[name=csrf]").content;
      await fetch("/api/person", { method: "POST", headers: { "Content-Type": "application/json", "X-Despacho-Token": token }, body: JSON.stringify({ name }) });
    }, [printer, person]);
    await page.reload();
    await page.waitForFunction((name) => document.querySelector("a.person")?.textContent.includes(name), person);
  };
  await page.goto(at);
  await page.waitForSelector("main");
  return page;
}

// ask sends a request that is none of the page's: to a fake printer, or to the sandbox hub.
export async function ask(url, body) {
  const answer = await fetch(url, body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.headers.get("Content-Type")?.includes("json") ? answer.json() : undefined;
}

// printedAt counts what has come out of a fake printer.
export const printedAt = async (name) => (await ask(`${scene.zebras[name]}/printed`)).length;

// until waits until something is so.
export async function until(what, isSo) {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((then) => setTimeout(then, 100))) if (await isSo()) return;
  throw new Error(`in ${patience / 1000} s it is not so: ${what}`);
}

// labelsOf lists the labels of a run, at first the newest, as the station knows them.
export function labelsOf(page, nth = 0) {
  return page.evaluate(async (nth) => {
    const { runs } = await (await fetch("/api/today")).json();
    const run = runs.filter((one) => one.labelled > 0)[nth];
    return (await (await fetch(`/api/runs/${run.merchant}/${run.run}/labels?limit=500`)).json()).labels;
  }, nth);
}

export const orderNumbers = (labels) => labels.map((label) => label.order_number);

// sounds counts how often a sound was made: good, wrong or alarm.
export const sounds = (page, name) => page.evaluate((name) => Number(document.documentElement.dataset[name] ?? 0), name);

// scanCode types as a scanner does: fast, and Enter at the end.
export async function scanCode(page, code) {
  await page.keyboard.type(code, { delay: 2 });
  await page.keyboard.press("Enter");
}

// scanTwice has a scanner read the same code twice within the moment that the page allows for it, which typing exceeds on a
// busy machine.
export const scanTwice = (page, code) => page.evaluate((code) => {
  const field = document.getElementById("scan");
  for (let reading = 0; reading < 2; reading++) {
    field.value = code;
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  }
}, code);

// scanOutside scans where no field takes the code: the page knows a scanner by its haste, which a busy machine lacks.
export const scanOutside = (page, code) => page.evaluate((code) => {
  for (const key of [...code, "Enter"]) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}, code);

// check ends the script when something is not so.
export function check(so, what) {
  checks++;
  if (!so) throw new Error(`not so: ${what}`);
}

export async function done() {
  await browser.close();
  if (errors.length) throw new Error(errors.join("\n"));
  console.log(`${checks} passed, 0 failed`);
}
