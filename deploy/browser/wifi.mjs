// The Wi-Fi goes away while a packer scans: nothing is lost, nothing doubled, nothing prints late.
import { check, done, labelsOf, orderNumbers, scanCode, scanTwice, sounds, table } from "./table.mjs";

const page = await table("one");
await page.waitForSelector(".pile");
const singles = (await labelsOf(page)).filter((label) => label.items.length === 1 && label.items[0].quantity === 1 && label.labels === 1 && !label.state);
const [first, ...others] = singles.slice(0, 6);
await page.usePrinter();
await page.keyboard.press("F3");
await page.waitForSelector("#scan:focus");
await page.keyboard.press("ArrowRight");
await page.waitForSelector(".mode.print[aria-pressed=true]");

await scanCode(page, first.order_number);
await page.waitForSelector(".scans [data-scan=answered]");
check(await page.isVisible(".order .labelstate"), "the order is shown");

await page.context().setOffline(true);
for (const label of others) {
  await scanCode(page, label.order_number);
  await page.waitForTimeout(30);
}
await page.waitForSelector("footer .line.away");
await page.waitForFunction(() => document.querySelector("footer b")?.textContent.includes("5"));
check((await page.locator(".scans [data-scan=waiting]").count()) === 5, "five scans wait, each visible");
check((await page.locator(".scans .waiting").count()) === 5, "none of them is green");
await page.picture("wifi-away");
// Enter prints nothing meanwhile.
const before = await sounds(page, "wrong");
await page.keyboard.press("Enter");
await page.waitForFunction((count) => Number(document.documentElement.dataset.wrong ?? 0) > count, before);

// The same code twice at once counts once, also here.
await scanTwice(page, others[0].order_number);
await page.waitForSelector(".scans [data-scan=doubled]");

// The window is opened again: what waits is still there. (Offline a page cannot be loaded, so the net is back.)
await page.context().setOffline(false);
await page.waitForFunction(() => document.querySelectorAll(".scans [data-scan=waiting]").length === 0);
await page.waitForSelector("footer .line:not(.away)");
const order = await page.evaluate(() => [...document.querySelectorAll(".scans li")].map((row) => `${row.dataset.scan} ${row.querySelector("b").textContent}`));
check(order.filter((row) => row.startsWith("answered")).length === 7, `seven are answered: ${order}`);
check(order.filter((row) => row.startsWith("doubled")).length === 1, "one was doubled");
await page.picture("wifi-back");

await page.reload();
await page.waitForSelector(".scans [data-scan=answered]");
check((await page.locator(".scans li").count()) === 8, "what was scanned is still in the list after a reload");
console.log(`expected ${JSON.stringify(orderNumbers([first]))}`);
await done();
