// The whole morning over the real program: two tables, a jam, a roll change, a cancelled order, Wi-Fi loss, a second
// window, a power cut, verifying, taking out, handing over. What comes out is counted at the printers.
import { ask, check, done, labelsOf, otherWindow, printedAt, scanCode, scene, sounds, table, until } from "./table.mjs";

const modes = (name, change) => ask(`${scene.zebras[name]}/modes`, change);
const roll = (name, labels) => ask(`${scene.zebras[name]}/roll`, { labels });
const countAll = async () => (await printedAt("zebra-1")) + (await printedAt("zebra-2"));

// today is what the page has heard last.
const today = (page) => page.evaluate(async () => (await fetch("/api/today")).json());
const pilesOf = async (page) => (await today(page)).runs.flatMap((run) => run.piles.map((pile) => ({ ...pile, run: run.run, merchant: run.merchant })));
const step = (what) => console.log(`${new Date().toISOString().slice(11, 19)} ${what}`);

// choose presses the keys that open the dialog of a pile.
async function choosePile(page, pile) {
  await page.keyboard.press("F2");
  await page.waitForSelector(`.pile[data-run="${pile.run}"][data-first="${pile.first}"]`);
  const away = await page.evaluate(({ run, first }) => {
    const rows = [...document.querySelectorAll("main [data-row]")];
    const wanted = rows.findIndex((row) => row.dataset.run === run && row.dataset.first === String(first));
    return wanted - rows.indexOf(document.activeElement.closest("[data-row]"));
  }, pile);
  for (let i = 0; i < Math.abs(away); i++) await page.keyboard.press(away > 0 ? "ArrowDown" : "ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open] form.print");
}

const one = await table("one");
const two = await table("two");
const tableOf = { "zebra-1": one, "zebra-2": two };
// distinct leaves out sales with several deliveries, whose number names more than one order.
const distinct = (labels) => labels.filter((label) => labels.every((other) => other.order_number !== label.order_number || other.delivery_order_id === label.delivery_order_id));

// dialogsClose waits until no dialog is open, and as long as the page takes an Enter for a dialog's second one.
async function dialogsClose(page) {
  await page.waitForSelector("dialog[open]", { state: "detached" });
  await page.waitForTimeout(600);
}

let began = {}; // what had come out of each printer when the step began

async function begin(what) {
  step(what);
  began = { "zebra-1": await printedAt("zebra-1"), "zebra-2": await printedAt("zebra-2") };
}

// settleDoubts does what a packer does who is asked: looks which labels lie there. Doubts come in the order of the
// job; on a machine that is busy enough a printer that is well is silent for too long, and there are more of them.
async function settleDoubts(name) {
  for (let before = -1; before !== (before = await printedAt(name)); ) await one.waitForTimeout(1500);
  const printer = (await today(one)).printers.find((each) => each.name === name);
  const job = printer.jobs.find((each) => each.doubts > 0) ?? printer.jobs[0];
  let cameOut = (await printedAt(name)) - began[name] - job.out;
  step(`  ${printer.doubts.length} in doubt at ${name}: ${cameOut} of them came out`);
  const page = tableOf[name];
  await page.keyboard.press("F9");
  await page.waitForSelector("dialog[open] [data-do=settle]:focus");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog.doubt[open]");
  await page.picture("morning-doubt");
  for (let left = printer.doubts.length; left > 0; left--) {
    await page.keyboard.press(cameOut-- > 0 ? "F9" : "F10");
    await until("the answer is taken", async () => (await today(one)).printers.find((each) => each.name === name).doubts.length < left);
  }
  await page.waitForSelector("dialog.doubt[open]", { state: "detached" });
  await page.keyboard.press("Escape");
  await dialogsClose(page);
}

// untilIdle waits until no printer has a job any more.
const untilIdle = () => untilSo("no job is left", async () => (await today(one)).printers.every((printer) => printer.jobs.length === 0));

// untilSo waits until something is so, and answers the page's questions meanwhile.
const untilSo = (what, isSo) => until(what, async () => {
  if (await isSo()) return true;
  for (const printer of (await today(one)).printers) if (printer.doubts.length > 0) await settleDoubts(printer.name);
  return false;
}, 180_000);

const untilDone = (page, pile) => untilSo(`pile ${pile.id} is printed`, async () =>
  (await pilesOf(page)).find((each) => each.id === pile.id && each.run === pile.run).printed === pile.labels);

await one.waitForSelector(".pile");
await one.picture("morning-today");
const piles = (await pilesOf(one)).filter((pile) => pile.labels >= 3).sort((a, b) => b.labels - a.labels);
check(piles.length >= 5, `there are piles enough: ${piles.length}`);
step(`${piles.length} piles of ${piles.map((pile) => pile.labels).join(", ")} labels`);

await begin("a pile is printed with the keyboard alone");
await choosePile(one, piles[0]);
await one.keyboard.press("Space"); // the first printer
await one.keyboard.press("Enter");
await one.waitForSelector("dialog[open] .people button:focus");
await one.keyboard.press("Enter"); // Ana
await dialogsClose(one);
await untilDone(one, piles[0]);
check((await printedAt("zebra-1")) === piles[0].labels, `each label of the pile came out once: ${await printedAt("zebra-1")} of ${piles[0].labels}`);
await one.picture("morning-printed");

await begin("a roll ends at the second table, whose person has a PIN; a new one is put in");
await two.keyboard.press("F7");
await two.keyboard.press("Enter");
await two.click("[data-name=Beto]");
await two.waitForSelector("#pin:focus");
await two.keyboard.type("4711");
await two.keyboard.press("Enter");
await dialogsClose(two);
await two.usePrinter("zebra-2", "");
await roll("zebra-2", 2);
await choosePile(two, piles[1]);
await two.keyboard.press("Enter");
await two.waitForSelector("footer [data-light=stopped]");
check((await two.textContent("footer .said")).includes("zebra-2"), "the foot says which printer stands");
await two.keyboard.press("F2");
await two.picture("morning-paper-out");
await roll("zebra-2", 0);
await untilDone(two, piles[1]);
check((await printedAt("zebra-2")) === piles[1].labels, `after the roll change each label is there once: ${await printedAt("zebra-2")} of ${piles[1].labels}`);
await two.waitForSelector("footer [data-light=ready]");

await begin("two windows and two tables print the same pile");
const window = await otherWindow(one);
const before = await countAll();
for (const page of [one, window, two]) await choosePile(page, piles[2]);
await Promise.all([one, window, two].map(async (page) => {
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
}));
await untilDone(one, piles[2]);
check((await countAll()) - before === piles[2].labels, `each label came out once: ${(await countAll()) - before} of ${piles[2].labels}`);
await window.close();

await begin("a jam, and again from a label on");
const jamBefore = await printedAt("zebra-1");
await choosePile(one, piles[3]);
await modes("zebra-1", { jam: true });
await one.keyboard.press("Enter");
await one.waitForSelector("footer [data-light=stopped]");
await one.picture("morning-jam");
await modes("zebra-1", { jam: false });
await untilDone(one, piles[3]);
check((await printedAt("zebra-1")) - jamBefore === piles[3].labels, "after the jam each label is there once");
const { channel, courier = "", shop = "" } = piles[3];
const everyLabel = await labelsOf(one);
const labels = everyLabel.filter((label) => label.channel === channel && (label.courier ?? "") === courier && (label.shop ?? "") === shop);
const ofOneNumber = distinct(everyLabel);
const from = labels.filter((label) => ofOneNumber.includes(label)).at(-2);
const again = labels.filter((label) => label.position >= from.position).length;
await one.keyboard.press("F3");
await one.waitForSelector("#scan:focus");
await scanCode(one, from.order_number);
await one.waitForSelector(".order [data-do=fromHere]:not([disabled])");
await one.keyboard.press("F10");
await one.waitForSelector("dialog[open] form.again button.main:not([disabled])");
await one.picture("morning-from-here");
await one.keyboard.press("Enter");
await dialogsClose(one);
began["zebra-1"] = jamBefore + piles[3].labels;
await untilSo("the labels are there once more", async () => (await printedAt("zebra-1")) - jamBefore === piles[3].labels + again);
await untilIdle();
check((await printedAt("zebra-1")) - jamBefore === piles[3].labels + again, `from that label on: ${again} labels`);
await until("the history names the reason", async () => (await one.locator(".history tbody tr").count()) === 2);
check((await one.textContent(".history")).includes("atasc"), "the history says why");
await one.picture("morning-history");

await begin("the power goes in the middle of a label");
const left = piles[4];
await modes("zebra-1", { power_cut_at: 2 });
await choosePile(one, left);
await one.keyboard.press("Enter");
await one.waitForSelector("footer [data-light=stopped], footer [data-light=doubt]");
await one.picture("morning-power");
await ask(`${scene.zebras["zebra-1"]}/power`, { on: true });
await until("labels are in doubt", async () => (await today(one)).printers.some((printer) => printer.doubts.length > 0));
await untilDone(one, left);
check((await printedAt("zebra-1")) - began["zebra-1"] >= left.labels, "each label of the pile is there");

await begin("scanning prints an order of a single piece, once");
const isSingle = (label) => label.labels === 1 && label.items.length === 1 && label.items[0].quantity === 1 && !label.partly_cancelled;
const fresh = distinct(await labelsOf(one)).filter((label) => !label.state && !label.cancelled);
const [single, late, ...others] = fresh.filter(isSingle);
const mixed = fresh.find((label) => label.labels === 1 && label.items.length > 1 && label.items.every((item) => item.sku)) ?? fresh.find((label) => label.labels === 1 && !isSingle(label));
await one.keyboard.press("F3");
await one.waitForSelector("#scan:focus");
await one.keyboard.press("ArrowRight");
await one.waitForSelector(".mode.print[aria-pressed=true]");
let out = await countAll();
await scanCode(one, single.order_number);
await scanCode(one, single.order_number);
await untilSo("the label comes out", async () => (await countAll()) === out + 1);
await one.waitForFunction(() => document.querySelectorAll(".scans [data-scan=waiting]").length === 0);
const readings = await one.evaluate(() => [...document.querySelectorAll(".scans li")].slice(0, 2).map((row) => `${row.querySelector("b").textContent}: ${row.querySelector("span").textContent}`));
check(readings.every((row) => row.startsWith(single.order_number)) && readings[0] !== readings[1], `the second reading counts for nothing: ${readings}`);

await begin("every item is verified before the label comes out");
if (mixed) {
  await one.keyboard.press("ArrowRight");
  await one.waitForSelector(".mode.verify[aria-pressed=true]");
  out = await countAll();
  await scanCode(one, mixed.order_number);
  await one.waitForSelector(`.order h2:has-text("${mixed.order_number}")`);
  const wrong = await sounds(one, "wrong");
  await scanCode(one, "NO-ES-DE-AQUI");
  await one.waitForSelector(".order[data-kind=wrong_item]");
  check((await sounds(one, "wrong")) > wrong, "a wrong item is heard");
  await one.picture("morning-wrong");
  check((await countAll()) === out, "nothing has come out yet");
  for (const item of mixed.items) for (let piece = 0; piece < item.quantity; piece++) {
    await scanCode(one, item.sku);
    await one.waitForTimeout(700); // sooner, the page takes it for the scanner's second reading
  }
  await one.waitForSelector(".order[data-kind=complete]");
  await untilSo("the verified label comes out", async () => (await countAll()) === out + 1);
  await one.picture("morning-verified");
}

await begin("the Wi-Fi goes away for a while");
await one.keyboard.press("ArrowLeft");
await one.waitForSelector(".mode.print[aria-pressed=true]");
out = await countAll();
await one.context().setOffline(true);
const away = [late, ...others].slice(0, 4);
for (const label of away) {
  await scanCode(one, label.order_number);
  await one.waitForTimeout(30);
}
await one.waitForSelector("footer .line.away");
await one.waitForFunction((n) => document.querySelectorAll(".scans [data-scan=waiting]").length === n, away.length);
await one.picture("morning-wifi");
await one.context().setOffline(false);
await one.waitForFunction(() => document.querySelectorAll(".scans [data-scan=waiting]").length === 0);
const rows = await one.evaluate((n) => [...document.querySelectorAll(".scans li")].slice(0, n).map((row) => `${row.className} ${row.querySelector("b").textContent}`), away.length);
check(rows.join() === away.toReversed().map((label) => `good ${label.order_number}`).join(), `all are answered, in order: ${rows}`);
await untilIdle();
check((await countAll()) === out, "what waited has printed nothing");
await one.keyboard.press("Enter");
await untilSo("Enter prints the last one", async () => (await countAll()) === out + 1);

await begin("a printed order is cancelled");
const cancelled = distinct(await labelsOf(one)).filter((label) => label.state === "out" && label.channel !== "mercadolibre")[0];
await ask(`${scene.hub}/sandbox/cancel/${encodeURIComponent(cancelled.order_number)}`, {});
await one.waitForSelector(".bar .badge", { timeout: 120_000 });
const alarms = await sounds(one, "alarm");
await scanCode(one, cancelled.order_number);
await one.waitForSelector("dialog.alarm[open]");
check((await sounds(one, "alarm")) > alarms, "the alarm is heard");
await one.picture("morning-alarm");
await one.keyboard.press("Enter");
await scanCode(one, single.order_number);
check(await one.isVisible("dialog.alarm[open]"), "neither Enter nor a scan confirms it");
await one.keyboard.press("F9");
await dialogsClose(one);
await one.waitForSelector(".bar .badge", { state: "detached" });

step("the couriers come");
await one.keyboard.press("F6");
await one.waitForSelector(".sheets [data-do=close]:not([disabled])");
await one.picture("morning-handover");
await one.keyboard.press("ArrowDown");
await one.keyboard.press("Enter");
await one.waitForSelector("dialog[open] [data-do=closeNow]:focus");
await one.keyboard.press("Enter");
await one.waitForSelector(".sheets .over a.button");
await one.picture("morning-closed");
const pdf = await one.evaluate(async () => {
  const answer = await fetch(document.querySelector(".sheets .over a.button").href);
  return `${answer.status} ${answer.headers.get("Content-Type")}`;
});
check(pdf.startsWith("200 application/pdf"), `the sheet is a PDF: ${pdf}`);

step("page, store and printers agree");
await untilIdle();
const runsNow = (await today(one)).runs;
const printed = runsNow.reduce((sum, run) => sum + run.printed, 0);
const onPaper = (await labelsOf(one)).filter((label) => ["out", "confirmed"].includes(label.state)).length;
check(printed === onPaper, `the view says ${printed} printed, the list ${onPaper}`);
console.log(`${printed} labels printed, ${await countAll()} came out of the printers, ${again} of them once more after the jam`);
await done();
