// A third table is a tablet on its stand: its packer taps, and has no keys but the scanner's.
import { check, scanCode, table } from "./table.mjs";
import { countAll, untilSo } from "./packer.mjs";
import { judge } from "./judge.mjs";

export const tablet = () => table("tablet", { viewport: { width: 800, height: 1280 }, hasTouch: true });

// tapThrough chooses person and printer, prints the label of an order, and looks at each view.
export async function tapThrough(page, person, printer, order) {
  await page.tap("a.person");
  await page.tap("main[data-view=persona] [data-do=choose]");
  await page.tap(`dialog[open] [data-name=${person}]`);
  await page.waitForSelector("dialog[open]", { state: "detached" });
  await page.tap(`main[data-view=persona] label.choice:has-text("${printer}")`);
  await page.waitForSelector(`footer [data-light=ready]:has-text("${printer}")`);
  await judge(page, "tablet-person");

  await page.tap("nav a[href='#/escanear']");
  await page.waitForSelector("#scan:focus");
  await scanCode(page, order);
  const before = await countAll();
  await page.waitForSelector(`.order:has(h2:has-text("${order}")) [data-do=print]:not([disabled])`);
  await judge(page, "tablet-scan");
  await page.tap(".order [data-do=print]");
  await untilSo("a tap prints", async () => (await countAll()) === before + 1);
  await page.waitForSelector(".order [data-do=print][disabled]");
  await judge(page, "tablet-printed");

  await page.tap("nav a[href='#/hoy']");
  await page.waitForSelector(".pile");
  await judge(page, "tablet-today");
  await page.tap(".run h2 a");
  await page.waitForSelector(".labelrow.current .number");
  await judge(page, "tablet-run");
  await page.tap("nav a[href='#/retirar']");
  await page.waitForSelector("main[data-view=retirar] h1"); // what was to be taken out is found by now
  await judge(page, "tablet-takeout");
  await page.tap("nav a[href='#/entrega']");
  await page.waitForSelector(".sheets li");
  await judge(page, "tablet-handover");
  check((await countAll()) === before + 1, "looking prints nothing");
}
