// A key that is held down, or pressed twice, answers for the label that the packer has looked at, and for no other.
import { check, done, table } from "./table.mjs";

const page = await table("one");
await page.waitForSelector(".pile");
await page.usePrinter();
// Time stands still until it is told to pass.
await page.evaluate(() => {
  let now = performance.now();
  performance.now = () => now;
  globalThis.pass = (milliseconds) => (now += milliseconds);
});
const asked = () => page.textContent("dialog.doubt p.big");
const pressed = (...keys) => page.evaluate((keys) => {
  for (const key of keys) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}, keys);

await page.keyboard.press("F9");
await page.waitForSelector("dialog[open] [data-do=settle]:focus");
await page.keyboard.press("Enter");
await page.waitForSelector("dialog.doubt[open]");
const first = await asked();
await pressed("F9");
check((await asked()) === first, "nobody has looked at the first label yet");
await page.evaluate(() => globalThis.pass(600));
await pressed("F10", "F10");
await page.waitForFunction((first) => document.querySelector("dialog.doubt p.big").textContent !== first, first);
const second = await asked();
await pressed("F10");
check((await asked()) === second, "nor at the second");
await page.evaluate(() => globalThis.pass(600));
await pressed("F9");
await page.waitForFunction((second) => document.querySelector("dialog.doubt p.big").textContent !== second, second);
await page.waitForFunction(async () => (await (await fetch("/api/today")).json()).printers[0].doubts.length === 1);
await done();
