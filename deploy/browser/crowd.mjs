// 10,000 labels of 20 runs: how long the page takes to open and how much memory it needs is printed; how much of it
// stands in the document is asserted.
import { readFileSync } from "node:fs";
import { browser, check, done, labelsOf, scanCode, table, until } from "./table.mjs";

const page = await table("one");
await page.waitForSelector(".pile");
const devtools = await page.context().newCDPSession(page);
await page.reload();
await page.waitForSelector(".pile");
const opened = await page.evaluate(() => ({
  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  piles: performance.now(),
}));
await page.waitForFunction(() => document.querySelectorAll("article.run").length === 20);
check((await page.locator("body *").count()) < 4_000, `the document stays small: ${await page.locator("body *").count()} elements`);

await page.click(".run h2 a");
await page.waitForSelector(".labelrow.current .number");
for (const key of ["End", "Home", ...Array(40).fill("PageDown"), "End"]) await page.keyboard.press(key);
// The last row is reached with a key; it is painted a moment later, and filled when its page has come.
await page.waitForFunction(() => {
  const row = document.querySelector(".labelrow.current");
  return row?.querySelector(".position").textContent === "500" && row.querySelector(".number")?.textContent;
});
check((await page.locator(".labelrow").count()) < 60, `only rows in sight are in the document: ${await page.locator(".labelrow").count()}`);

await page.keyboard.press("F3");
await page.waitForSelector("#scan:focus");
const codes = (await labelsOf(page, 3)).slice(0, 40).map((label) => label.order_number);
const answers = [];
for (const code of codes) {
  const began = performance.now();
  await scanCode(page, code);
  await until(`${code} is answered`, async () => (await page.locator(`.scans li.good:first-child b:text-is("${code}")`).count()) > 0);
  answers.push(performance.now() - began);
}
answers.sort((a, b) => a - b);

await devtools.send("HeapProfiler.collectGarbage");
const { usedSize } = await devtools.send("Runtime.getHeapUsage");
const processes = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
const own = processes.processInfo.filter((one) => one.type === "renderer").map((one) => {
  try {
    return Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${one.id}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // only Linux tells
  }
});
console.log(`10,000 labels of 20 runs: first paint after ${Math.round(opened.first)} ms, piles after ${Math.round(opened.piles)} ms; ` +
  `heap ${(usedSize / 1048576).toFixed(1)} MB, the browser's process ${Math.max(...own).toFixed(0)} MB; ` +
  `scans seen as answered in ${Math.round(answers[Math.floor(answers.length * 0.95)])} ms (95th percentile of ${answers.length}, with this script's looking)`);
check(usedSize < 100 * 1048576, "the page's heap stays under 100 MB");
await done();
