// Two windows print the same pile at the same time, with double keys: each label comes out once.
import { check, done, table } from "./table.mjs";

const pages = [await table("one"), await table("two")];
for (const page of pages) {
  await page.waitForSelector(".pile");
  await page.usePrinter();
  await page.focus(".pile");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open] button.main:focus");
}
await Promise.all(pages.map(async (page) => {
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
}));
for (const page of pages) await page.waitForFunction(() => document.querySelector(".pile.done") && !document.querySelector("dialog[open]"));
await pages[0].picture("two-tables");
check(true, "both windows show the pile as done");
await done();
