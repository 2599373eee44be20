// Every view is seen once, and judged by axe.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { check, done, table, scanCode } from "./table.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// judge looks for serious faults, small letters and small targets.
async function judge(page, view) {
  await page.picture(view);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  check(serious.length === 0, `${view}: ${serious.map((one) => `${one.id} ${one.nodes.map((node) => node.target + " " + node.failureSummary).join("; ")}`).join("\n")}`);
  const small = await page.evaluate(() => [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility({ opacityProperty: true }) && !element.closest(".unseen") && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && parseFloat(getComputedStyle(element).fontSize) < 16).map((element) => element.outerHTML.slice(0, 120)));
  check(small.length === 0, `${view}: letters under 16 px: ${small.join("\n")}`);
  const low = await page.evaluate(() => [...document.querySelectorAll("button, a, input:not([type=radio]), select, summary, label.choice")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && !element.closest(".unseen") && box.height < 43.5;
  }).map((element) => `${element.outerHTML.slice(0, 120)} ${element.getBoundingClientRect().height}`));
  check(low.length === 0, `${view}: targets under 44 px: ${low.join("\n")}`);
}

const page = await table("one");
await page.waitForSelector(".pile");
await judge(page, "today");
await page.keyboard.press("F1");
await page.waitForSelector("dialog[open]");
await judge(page, "help");
await page.keyboard.press("Escape");
await page.keyboard.press("F3");
await page.waitForSelector("#scan:focus");
await judge(page, "scan-empty");
await scanCode(page, "200000100001");
await page.waitForSelector(".order [data-do=print]");
await page.keyboard.press("ArrowDown");
await page.waitForSelector(".preview img");
await judge(page, "scan-order");
await page.keyboard.press("ArrowRight");
await page.keyboard.press("ArrowRight");
await scanCode(page, "200000100006");
await page.waitForSelector(".quantity:has-text('0 de')");
await scanCode(page, "OTRA-COSA");
await page.waitForSelector(".order.bad");
await judge(page, "scan-wrong");
await scanCode(page, "200000100030");
await page.waitForSelector("dialog.alarm[open]");
await judge(page, "alarm");
await page.keyboard.press("F10");
await page.waitForSelector("dialog[open]", { state: "detached" });
await page.keyboard.press("F4");
await page.waitForSelector(".takeouts li");
await judge(page, "takeout");
await page.keyboard.press("F6");
await page.waitForSelector(".sheets li");
await judge(page, "handover");
await page.keyboard.press("F7");
await page.waitForSelector(".settings");
await judge(page, "person");
await page.keyboard.press("F2");
await page.click(".run h2 a");
await page.waitForSelector(".labelrow.current .number");
await judge(page, "run");
await page.keyboard.press("ArrowDown");
await page.keyboard.press("Enter");
await page.waitForSelector("dialog[open] .preview img");
await judge(page, "label");
await page.keyboard.press("Escape");
await page.keyboard.press("F2");
await page.keyboard.press("F9");
await page.waitForSelector("dialog[open] .choice");
await page.keyboard.press("ArrowDown");
await page.waitForTimeout(100);
await judge(page, "printer");
await page.keyboard.press("Escape");
await page.click("[data-do=settle]");
await page.waitForSelector("dialog[open] .preview img");
await judge(page, "doubt");
await page.keyboard.press("Escape");
await done();
