// What packers do at the tables of a warehouse, by keys alone. Each key is pressed once the page shows what it acts on.
import { ask, labelsOf, printedAt, scene, until } from "./table.mjs";
import { judge } from "./judge.mjs";

export const modes = (name, change) => ask(`${scene.zebras[name]}/modes`, change);
export const roll = (name, labels) => ask(`${scene.zebras[name]}/roll`, { labels });
export const countAll = async () => (await printedAt("zebra-1")) + (await printedAt("zebra-2"));

// today is what the station knows now.
export const today = (page) => page.evaluate(async () => (await fetch("/api/today")).json());
export const pilesOf = async (page) => (await today(page)).runs.flatMap((run) => run.piles.map((pile) => ({ ...pile, run: run.run, merchant: run.merchant })));
export const printerOf = async (name) => (await today(tableOf[name])).printers.find((each) => each.name === name);

export const step = (what) => console.log(`${new Date().toISOString().slice(11, 19)} ${what}`);

const tableOf = {};

// sitsAt says at which table the packer of a printer answers its questions.
export function sitsAt(page, name) {
  tableOf[name] = page;
}

// go opens a view with its key.
export async function go(page, key, view) {
  await page.keyboard.press(key);
  await page.waitForSelector(`main[data-view=${view}]`);
}

// moveTo presses a key until something has the focus.
export async function moveTo(page, key, wanted) {
  for (let presses = 0; presses < 60; presses++) {
    if (await page.locator(`${wanted}:focus`).count()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${wanted}`);
}

// choosePile opens the dialog of a pile.
export async function choosePile(page, pile) {
  await go(page, "F2", "hoy");
  await page.waitForSelector(`.pile[data-run="${pile.run}"][data-first="${pile.first}"]`);
  const away = () => page.evaluate(({ run, first }) => {
    const rows = [...document.querySelectorAll("main [data-row]")];
    const wanted = rows.findIndex((row) => row.dataset.run === run && row.dataset.first === String(first));
    return wanted - rows.indexOf(document.activeElement.closest("[data-row]"));
  }, pile);
  let rows = await away();
  for (let presses = 0; rows !== 0 && presses < 100; presses++) {
    await page.keyboard.press(rows > 0 ? "ArrowDown" : "ArrowUp");
    rows = await away();
  }
  if (rows !== 0) throw new Error(`the arrows do not lead to pile ${pile.id}`);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open] form.print :focus");
}

// dialogsClose waits until no dialog is open, and as long as the page takes an Enter for a dialog's second one.
export async function dialogsClose(page) {
  await page.waitForSelector("dialog[open]", { state: "detached" });
  await page.waitForTimeout(600);
}

// print confirms the dialog that is open.
export async function print(page) {
  await page.waitForSelector("dialog[open] form button.main:not([disabled])");
  await page.keyboard.press("Enter");
  await dialogsClose(page);
}

// outAt counts the prints of a printer of which the station knows that they came out.
const outAt = async (page, name) => {
  const known = (await labelsOf(page)).filter((label) => label.state);
  return page.evaluate(async ([known, name]) => {
    const labels = await Promise.all(known.map(async ({ merchant, delivery_order_id: order, label }) =>
      (await fetch(`/api/labels/${encodeURIComponent(merchant)}/${encodeURIComponent(order)}/${label}`)).json()));
    return labels.flatMap((label) => label.prints ?? []).filter((print) => print.printer === name && ["out", "confirmed"].includes(print.state)).length;
  }, [known, name]);
};

// untilStill waits until a printer has put out all that it was given.
async function untilStill(name) {
  let before = -1;
  await until(`${name} stands still`, async () => {
    const { printed, waiting } = await ask(`${scene.zebras[name]}/state`);
    const isStill = waiting === 0 && printed === before;
    before = printed;
    return isStill;
  });
}

// settleDoubts does what a packer does who is asked: looks which labels lie there. Labels come out in the order in
// which they were sent, which is that of the doubts, so those that came out are the first of them.
async function settleDoubts(name) {
  await untilStill(name);
  const page = tableOf[name];
  const { doubts } = await printerOf(name);
  const cameOut = (await printedAt(name)) - (await outAt(page, name));
  step(`  ${doubts.length} in doubt at ${name}: ${cameOut} of them came out`);
  await page.keyboard.press("F9");
  await page.waitForSelector("dialog[open] [data-do=settle]:focus");
  await page.keyboard.press("Enter");
  for (const [place, label] of doubts.entries()) {
    await page.waitForSelector(`dialog.doubt[open] p.big:has-text("${label.order_number}")`);
    if (place === 0) await judge(page, "morning-doubt");
    await page.waitForTimeout(600); // sooner, the page takes no answer: nobody has looked at the label
    await page.keyboard.press(place < cameOut ? "F9" : "F10");
    await until("the answer is taken", async () => (await printerOf(name)).doubts.length < doubts.length - place);
  }
  await page.waitForSelector("dialog.doubt[open]", { state: "detached" });
  await page.keyboard.press("Escape");
  await dialogsClose(page);
}

// untilSo waits until something is so, and answers the page's questions meanwhile.
export const untilSo = (what, isSo) => until(what, async () => {
  if (await isSo()) return true;
  for (const name of Object.keys(tableOf)) if ((await printerOf(name)).doubts.length > 0) await settleDoubts(name);
  return false;
}, 180_000);

// untilIdle waits until no printer has a job any more.
export const untilIdle = (page) => untilSo("no job is left", async () => (await today(page)).printers.every((printer) => printer.jobs.length === 0));

export const untilDone = (page, pile) => untilSo(`pile ${pile.id} is printed`, async () =>
  (await pilesOf(page)).find((each) => each.id === pile.id && each.run === pile.run).printed === pile.labels);
