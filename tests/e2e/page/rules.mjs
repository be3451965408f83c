// Rules: tried before they are saved, ordered by the keyboard, kept over a reload.

import { check, equal, names, open, sound, until } from "./browser.mjs";

async function add(page, name, action, pattern, text) {
  await page.getByRole("button", { name: "Add a rule" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).first().fill(name);
  await dialog.getByLabel("What it does").selectOption(action);
  await dialog.getByLabel("Pattern").fill(pattern);
  if (text !== undefined) await dialog.getByLabel("New text").fill(text);
  await sound(page, "dialog of a rule");
  await dialog.getByRole("button", { name: "Take over" }).click();
  await dialog.waitFor({ state: "detached" });
}

export async function all(browser, base) {
  const page = await open(browser, base, "#/rules", { may: /Failed to load resource/ });
  await page.locator(".figures").waitFor();
  await page.getByRole("button", { name: "Add a template" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("shop");
  await page.getByRole("dialog").getByLabel("Pattern").fill("shop(ping)?");
  await page.getByRole("dialog").getByRole("button", { name: "Take over" }).click();
  await add(page, "no shops", "exclude", "{{shop}}");
  await add(page, "evening", "rename", "World", "Evening");
  const figures = () => page.locator(".figures dd").allTextContents();
  await until(() => figures().then((all) => all.slice(2)), ["1", "1"], "left out and changed");
  const table = page.locator(".dry-run tbody");
  await until(() => table.getByText("Evening Report").count(), 1, "after");
  equal(await table.getByText("World Report").count(), 1, "before");
  await sound(page, "dry run");

  // A reload keeps what is not saved; the keyboard orders it.
  await page.reload();
  await until(() => page.locator(".rule-list strong").allTextContents(), ["no shops", "evening"], "draft after a reload");
  await page.locator(".rule-list .handle").nth(1).focus();
  await page.keyboard.press("ArrowUp");
  await until(() => page.locator(".rule-list strong").allTextContents(), ["evening", "no shops"], "order");
  await until(() => page.evaluate(() => document.activeElement.getAttribute("aria-label").includes("evening")), true, "focus stays on the handle");

  // So does the pointer.
  const from = await page.locator(".rule-list .handle").first().boundingBox();
  const to = await page.locator(".rule-list > li").nth(1).boundingBox();
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2, to.y + to.height - 4, { steps: 8 });
  await page.mouse.up();
  await until(() => page.locator(".rule-list strong").allTextContents(), ["no shops", "evening"], "order by the pointer");

  // A pattern that cannot be is told, and not saved.
  await add(page, "broken", "exclude", "(");
  await until(() => page.locator("[role=alert].notice:visible").count(), 1, "what is wrong with the pattern");
  await page.getByRole("button", { name: "Edit broken" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await until(() => page.locator("[role=alert].notice:visible").count(), 0, "nothing wrong");

  await page.getByRole("button", { name: "Save" }).click();
  await until(() => page.locator("#told-text").textContent().then((text) => text.startsWith("Saved")), true, "saved");
  await page.locator("nav").getByText("Channels").click();
  await until(() => names(page).then((all) => [all.includes("Evening Report"), all.some((name) => name.includes("Shop"))]), [true, false], "lineup");
  check(page.faults.length === 0, page.faults.join());
}
