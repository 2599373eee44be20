// The whole morning over the real program: two tables, a jam, a roll change, a cancelled order, Wi-Fi loss, a second
// window, a power cut, verifying, taking out, handing over. What comes out is counted at the printers.
import { ask, check, done, labelsOf, otherWindow, printedAt, scanCode, scene, sounds, table, until } from "./table.mjs";
import { choosePile, countAll, dialogsClose, go, modes, moveTo, pilesOf, print, printerOf, roll, sitsAt, step, today, untilDone, untilIdle, untilSo } from "./packer.mjs";
import { judge } from "./judge.mjs";
import { tablet, tapThrough } from "./tablet.mjs";

const one = await table("one");
const two = await table("two");
sitsAt(one, "zebra-1");
sitsAt(two, "zebra-2");

// distinct leaves out sales with several deliveries, whose number names more than one order.
const distinct = (labels) => labels.filter((label) => labels.every((other) => other.order_number !== label.order_number || other.delivery_order_id === label.delivery_order_id));

// scan reads a code once the field waits for it.
async function scan(page, code) {
  await page.waitForSelector("#scan:focus");
  await scanCode(page, code);
}

const waiting = (page, n) => page.waitForFunction((n) => document.querySelectorAll(".scans [data-scan=waiting]").length === n, n);

// readings are the newest scans as the page lists them.
const readings = (page, n) => page.evaluate((n) => [...document.querySelectorAll(".scans li")].slice(0, n).map((row) =>
  ({ tone: row.className, code: row.querySelector("b").textContent, words: row.querySelector("span").textContent })), n);

await one.waitForSelector(".pile");
await judge(one, "morning-today");
const piles = (await pilesOf(one)).filter((pile) => pile.labels >= 3).sort((a, b) => b.labels - a.labels);
check(piles.length >= 5, `there are piles enough: ${piles.length}`);
step(`${piles.length} piles of ${piles.map((pile) => pile.labels).join(", ")} labels`);

step("a pile is printed with the keyboard alone");
await choosePile(one, piles[0]);
await one.waitForSelector("form.print input[type=radio]:focus");
await one.keyboard.press("Space"); // the first printer
await one.waitForSelector("form.print button.main:not([disabled])");
await one.keyboard.press("Enter");
await one.waitForSelector("dialog[open] .people button:focus");
await one.keyboard.press("Enter"); // Ana
await dialogsClose(one);
await untilDone(one, piles[0]);
check((await printedAt("zebra-1")) === piles[0].labels, `each label of the pile came out once: ${await printedAt("zebra-1")} of ${piles[0].labels}`);
await one.picture("morning-printed");

step("a roll ends at the second table, whose person has a PIN; a new one is put in");
await go(two, "F7", "persona");
await two.waitForSelector("[data-do=choose]:focus");
await two.keyboard.press("Enter");
await two.waitForSelector("dialog[open] .people button:focus");
await moveTo(two, "Tab", "[data-name=Beto]");
await two.keyboard.press("Enter");
await two.waitForSelector("#pin:focus");
await two.keyboard.type("4711");
await two.keyboard.press("Enter");
await dialogsClose(two);
await two.usePrinter("zebra-2", "");
await roll("zebra-2", 2);
await two.waitForSelector("footer [data-light=ready]");
await choosePile(two, piles[1]);
await print(two);
await until("what was on the roll is out", async () => (await printedAt("zebra-2")) === 2);
await two.waitForSelector("footer [data-light=stopped]");
check((await two.textContent("footer .said")).includes("zebra-2"), "the foot says which printer stands");
await go(two, "F2", "hoy");
await judge(two, "morning-paper-out");
check((await printedAt("zebra-2")) === 2, "nothing comes out without paper");
await roll("zebra-2", 0);
await untilDone(two, piles[1]);
check((await printedAt("zebra-2")) === piles[1].labels, `after the roll change each label is there once: ${await printedAt("zebra-2")} of ${piles[1].labels}`);
await two.waitForSelector("footer [data-light=ready]");

step("two windows and two tables print the same pile");
const window = await otherWindow(one);
const before = await countAll();
for (const page of [one, window, two]) await choosePile(page, piles[2]);
await Promise.all([one, window, two].map(async (page) => {
  const answered = page.waitForResponse((answer) => answer.url().endsWith("/api/print"));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await answered;
}));
await window.close();
for (const page of [one, two]) {
  // A second Enter that comes late opens the dialog once more.
  await until("the dialog is closed", async () => {
    if (await page.locator("dialog[open] form.print button.main:not([disabled])").count()) await page.keyboard.press("Escape");
    return (await page.locator("dialog[open]").count()) === 0;
  });
  await dialogsClose(page);
}
await untilDone(one, piles[2]);
await untilIdle(one);
check((await countAll()) - before === piles[2].labels, `each label came out once: ${(await countAll()) - before} of ${piles[2].labels}`);

step("a jam, and again from a label on");
const { modes: { per_label: perLabel } } = await ask(`${scene.zebras["zebra-1"]}/state`);
const jamBefore = await printedAt("zebra-1");
await choosePile(one, piles[3]);
await modes("zebra-1", { per_label: 1_000_000_000 }); // so that the jam finds labels under way
await print(one);
await until("the first label is out", async () => (await printedAt("zebra-1")) > jamBefore);
await modes("zebra-1", { jam: true });
await one.waitForSelector("footer [data-light=stopped]");
await judge(one, "morning-jam");
await modes("zebra-1", { jam: false, per_label: perLabel });
await untilDone(one, piles[3]);
check((await printedAt("zebra-1")) - jamBefore === piles[3].labels, "after the jam each label is there once");
const { channel, courier = "", shop = "" } = piles[3];
const everyLabel = await labelsOf(one);
const labels = everyLabel.filter((label) => label.channel === channel && (label.courier ?? "") === courier && (label.shop ?? "") === shop);
const ofOneNumber = distinct(everyLabel);
const from = labels.filter((label) => ofOneNumber.includes(label)).at(-2);
const again = labels.filter((label) => label.position >= from.position).length;
await go(one, "F3", "escanear");
await scan(one, from.order_number);
await one.waitForSelector(".order [data-do=fromHere]:not([disabled])");
await one.keyboard.press("F10");
await one.waitForSelector("dialog[open] form.again :focus");
await judge(one, "morning-from-here");
await print(one);
await untilSo("the labels are there once more", async () => (await printedAt("zebra-1")) - jamBefore === piles[3].labels + again);
await untilIdle(one);
check((await printedAt("zebra-1")) - jamBefore === piles[3].labels + again, `from that label on: ${again} labels`);
await until("the history names the reason", async () => (await one.locator('.history:has-text("atasc") tbody tr').count()) >= 2);
await judge(one, "morning-history");

step("the power goes in the middle of a label");
const left = piles[4];
const powerBefore = await printedAt("zebra-1");
await modes("zebra-1", { power_cut_at: 2 });
await choosePile(one, left);
await print(one);
await until("its power is off", async () => (await ask(`${scene.zebras["zebra-1"]}/state`)).off);
await one.waitForSelector("footer [data-light=stopped], footer [data-light=doubt]");
await one.picture("morning-power");
await ask(`${scene.zebras["zebra-1"]}/power`, { on: true });
await until("labels are in doubt", async () => (await printerOf("zebra-1")).doubts.length > 0);
await untilDone(one, left);
await untilIdle(one);
check((await printedAt("zebra-1")) - powerBefore === left.labels, `after the power cut each label is there once: ${(await printedAt("zebra-1")) - powerBefore} of ${left.labels}`);

step("scanning prints an order of a single piece, once");
const isSingle = (label) => label.labels === 1 && label.items.length === 1 && label.items[0].quantity === 1 && !label.partly_cancelled;
const fresh = distinct(await labelsOf(one)).filter((label) => !label.state && !label.cancelled);
const [single, late, ...others] = fresh.filter(isSingle);
const mixed = fresh.find((label) => label.labels === 1 && label.items.length > 1 && label.items.every((item) => item.sku)) ?? fresh.find((label) => label.labels === 1 && !isSingle(label));
await go(one, "F3", "escanear");
await one.waitForSelector("#scan:focus");
await one.keyboard.press("ArrowRight");
await one.waitForSelector(".mode.print[aria-pressed=true]");
let out = await countAll();
await scan(one, single.order_number);
await scan(one, single.order_number);
await untilSo("the label comes out", async () => (await countAll()) === out + 1);
await until("both readings are answered", async () => {
  const newest = await readings(one, 2);
  return newest.every(({ code, tone }) => code === single.order_number && tone !== "waiting");
});
const [second, first] = await readings(one, 2);
check(second.words !== first.words, `the second reading counts for nothing: ${second.words}, ${first.words}`);

step("every item is verified before the label comes out");
if (mixed) {
  await one.keyboard.press("ArrowRight");
  await one.waitForSelector(".mode.verify[aria-pressed=true]");
  out = await countAll();
  await scan(one, mixed.order_number);
  await one.waitForSelector(`.order h2:has-text("${mixed.order_number}")`);
  const wrong = await sounds(one, "wrong");
  await scan(one, "NO-ES-DE-AQUI");
  await one.waitForSelector(".order[data-kind=wrong_item]");
  check((await sounds(one, "wrong")) > wrong, "a wrong item is heard");
  await judge(one, "morning-wrong");
  check((await countAll()) === out, "nothing has come out yet");
  for (const item of mixed.items) for (let piece = 0; piece < item.quantity; piece++) {
    await scan(one, item.sku);
    await one.waitForTimeout(700); // sooner, the page takes it for the scanner's second reading
  }
  await one.waitForSelector(".order[data-kind=complete]");
  await untilSo("the verified label comes out", async () => (await countAll()) === out + 1);
  await one.picture("morning-verified");
}

step("the Wi-Fi goes away for a while");
await one.keyboard.press("ArrowLeft");
await one.waitForSelector(".mode.print[aria-pressed=true]");
out = await countAll();
await one.context().setOffline(true);
await one.waitForSelector("footer .line.away");
const away = [late, ...others].slice(0, 4);
for (const label of away) await scan(one, label.order_number);
await waiting(one, away.length);
await judge(one, "morning-wifi");
await one.context().setOffline(false);
await waiting(one, 0);
await one.waitForSelector("footer .line:not(.away)");
const rows = (await readings(one, away.length)).map(({ tone, code }) => `${tone} ${code}`);
check(rows.join() === away.toReversed().map((label) => `good ${label.order_number}`).join(), `all are answered, in order: ${rows}`);
await untilIdle(one);
check((await countAll()) === out, "what waited has printed nothing");
await one.waitForSelector(`.order:has(h2:has-text("${away.at(-1).order_number}")) [data-do=print]:not([disabled])`);
await one.keyboard.press("Enter");
await untilSo("Enter prints the last one", async () => (await countAll()) === out + 1);
await untilIdle(one);

step("a printed order is cancelled");
const cancelled = distinct(await labelsOf(one)).filter((label) => label.state === "out" && label.channel !== "mercadolibre")[0];
await ask(`${scene.hub}/sandbox/cancel/${encodeURIComponent(cancelled.order_number)}`, {});
await one.waitForSelector(".bar .badge");
const alarms = await sounds(one, "alarm");
await scan(one, cancelled.order_number);
await one.waitForSelector("dialog.alarm[open]");
check((await sounds(one, "alarm")) > alarms, "the alarm is heard");
await judge(one, "morning-alarm");
await one.keyboard.press("Enter");
await scanCode(one, single.order_number);
check(await one.isVisible("dialog.alarm[open]"), "neither Enter nor a scan confirms it");
await one.keyboard.press("F9");
await dialogsClose(one);
await one.waitForSelector(".bar .badge", { state: "detached" });

step("a tablet at the third table");
const { order_number: byTap } = distinct(await labelsOf(one)).filter((label) => !label.state && !label.cancelled && label.labels === 1).at(-1);
await tapThrough(await tablet(), "Carla", "zebra-2", byTap);
await untilIdle(one);

step("the couriers come");
await go(one, "F6", "entrega");
await one.waitForSelector(".sheets [data-do=close]:not([disabled])");
await judge(one, "morning-handover");
await moveTo(one, "ArrowDown", ".sheets [data-do=close]");
await one.keyboard.press("Enter");
await one.waitForSelector("dialog[open] [data-do=closeNow]:focus");
await one.keyboard.press("Enter");
await one.waitForSelector(".sheets .over a.button");
await judge(one, "morning-closed");
const pdf = await one.evaluate(async () => {
  const answer = await fetch(document.querySelector(".sheets .over a.button").href);
  return `${answer.status} ${answer.headers.get("Content-Type")}`;
});
check(pdf.startsWith("200 application/pdf"), `the sheet is a PDF: ${pdf}`);

step("page, store and printers agree");
await untilIdle(one);
const runsNow = (await today(one)).runs;
const printed = runsNow.reduce((sum, run) => sum + run.printed, 0);
const onPaper = (await labelsOf(one)).filter((label) => ["out", "confirmed"].includes(label.state)).length;
check(printed === onPaper, `the view says ${printed} printed, the list ${onPaper}`);
console.log(`${printed} labels printed, ${await countAll()} came out of the printers, ${again} of them once more after the jam`);
await done();
