// A pile is printed with the keyboard alone.
import { check, table, done } from "./table.mjs";

const page = await table("one");
await page.waitForSelector("[data-view=hoy] .pile");
await page.keyboard.press("F2");
await page.waitForSelector(".pile:focus");
await page.keyboard.press("Enter");
await page.waitForSelector("dialog[open] .choice");
await page.picture("print");
// No printer is chosen yet, so the first has the focus.
await page.keyboard.press("Space");
await page.keyboard.press("Enter");
await page.waitForSelector("dialog[open] .people button:focus");
await page.picture("person");
await page.keyboard.press("Enter");
await page.waitForSelector("dialog[open]", { state: "detached" });
await page.waitForFunction(() => document.querySelector(".pile").textContent.includes("10 de 10"));
await page.picture("today");
check((await page.textContent("footer .said")).includes("10 etiquetas enviadas a zebra-1"), "the foot says what was sent");
await done();
