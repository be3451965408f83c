// Channels: decided on one by one and many at once, taken back, and scrolled however many there are.

import { check, equal, names, open, sound, until } from "./browser.mjs";

const row = (page, name) => page.locator(".row", { has: page.getByText(name, { exact: true }) });
const side = (page) => page.locator(".panel");

async function list(browser, base, options) {
  const page = await open(browser, base, "#/channels", options);
  await page.locator(".row .text").first().waitFor();
  return page;
}

export async function rename(browser, base) {
  for (const size of ["desk", "phone"]) {
    const page = await list(browser, base, { size, may: /Failed to load resource/ });
    const before = await names(page);
    await row(page, "Harbour News").click();
    await until(() => side(page).locator("h2").textContent(), "Harbour News", "title");
    await sound(page, `panel, ${size}`);
    await side(page).getByLabel("Number", { exact: true }).fill("nonsense");
    await side(page).getByRole("button", { name: "Save" }).first().click();
    await until(() => side(page).locator("form").first().locator(".error").allTextContents().then((all) => all.join("") !== ""), true, "what is wrong");
    await side(page).getByLabel("Number", { exact: true }).fill("1");
    await side(page).getByLabel("Name", { exact: true }).fill("Morning Harbour");
    await side(page).getByRole("button", { name: "Save" }).first().click();
    await until(() => names(page).then((all) => all.includes("Morning Harbour")), true, "new name in the list");
    check((await side(page).textContent()).includes("By itself it would be called Harbour News"), "the name by itself");
    await page.keyboard.press("Escape");
    await until(() => side(page).count(), 0, "panel");
    await page.getByRole("button", { name: "Undo the latest change" }).click();
    await until(() => names(page), before, "names after undoing");
    equal(page.faults, [], "faults");
    await page.context().close();
  }
}

export async function bulk(browser, base) {
  const page = await list(browser, base);
  const before = await names(page);
  await page.locator(".row .tick").nth(0).click();
  await page.locator(".row .name").nth(2).click({ modifiers: ["Shift"] });
  await until(() => page.locator(".bulk .count").textContent(), "3 ticked", "ticked");
  await sound(page, "bulk");
  await page.getByRole("button", { name: "Disable" }).click();
  await until(() => page.locator(".row .text").count(), before.length - 3, "rows left");
  await page.locator("#told-undo").click();
  await until(() => names(page), before, "names after undoing");

  // All that a filter finds, at once.
  await page.locator("[type=search]").fill("Sport");
  await until(() => names(page).then((all) => all.every((name) => name.includes("Sport"))), true, "what is found");
  await page.locator(".row .tick").first().click();
  await page.getByRole("button", { name: "All that match" }).click();
  await page.getByRole("button", { name: "Favourite", exact: true }).click();
  await until(() => page.locator(".row .star").count().then((count) => count > 1), true, "stars");
  await page.locator("[type=search]").fill("");
  await page.getByRole("button", { name: "Favourites only" }).click();
  await until(() => names(page).then((all) => all.length > 1 && all.every((name) => name.includes("Sport"))), true, "favourites");
  await page.getByRole("button", { name: "Favourites only" }).click();

  // Numbers in a row, and what is told where one is taken.
  await until(() => names(page), before, "all again");
  await page.locator(".row .tick").nth(0).click();
  await page.locator(".row .name").nth(1).click({ modifiers: ["Shift"] });
  await page.getByRole("button", { name: "Renumber …" }).click();
  await page.getByLabel("First number").fill("900");
  await page.getByRole("dialog").getByRole("button", { name: "Renumber" }).click();
  await until(() => page.locator(".row .number").allTextContents().then((all) => all.slice(-2)), ["900", "901"], "numbers");
  await page.getByRole("button", { name: "Changes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /^Undo/ }).first().click();
  await until(() => page.locator(".row .number").allTextContents().then((all) => all.includes("900")), false, "numbers after undoing");
  await sound(page, "changes");
}

export async function merge(browser, base) {
  const page = await list(browser, base);
  const before = await names(page);
  await row(page, "Harbour News").click();
  const reasons = side(page).locator(".reason");
  await until(() => reasons.count(), 2, "streams");
  check((await reasons.nth(1).textContent()).includes("the name is the same"), `reason: ${await reasons.nth(1).textContent()}`);

  // The second stream comes first from now on, by the keyboard.
  const first = await side(page).locator(".streams strong").first().textContent();
  await side(page).locator(".streams .handle").first().focus();
  await page.keyboard.press("ArrowDown");
  await until(() => side(page).locator(".streams strong").nth(1).textContent(), first, "order");
  await until(() => side(page).locator(".streams .mark").first().textContent(), "primary", "place");
  await side(page).getByRole("button", { name: "Back to the automatic order" }).click();
  await until(() => side(page).locator(".streams strong").first().textContent(), first, "order by itself");
  await page.keyboard.press("Escape");

  await row(page, "Arena Sport 2").locator(".tick").click();
  await row(page, "World Report").locator(".tick").click();
  await page.getByRole("button", { name: "Merge …" }).click();
  await page.getByRole("radio", { name: /World Report/ }).check();
  await sound(page, "merge");
  await page.getByRole("button", { name: "Merge 2 channels" }).click();
  await until(() => names(page), before.filter((name) => name !== "Arena Sport 2"), "names after merging");
  await row(page, "World Report").click();
  await until(() => side(page).locator(".reason").allTextContents().then((all) => all.some((text) => text.includes("put here by hand"))), true, "reason");
  await side(page).getByRole("button", { name: /Split off Arena/ }).click();
  await until(() => names(page), before, "names after splitting");
  await page.locator("#told-undo").click();
  await until(() => names(page), before.filter((name) => name !== "Arena Sport 2"), "split taken back");
  await page.getByRole("button", { name: "Undo the latest change" }).click();
  await until(() => names(page), before, "merge taken back");
  equal(page.faults, [], "faults");
}

/** Side by side, with the reason; made one there, and two again. */
export async function alike(browser, base) {
  for (const size of ["desk", "small"]) {
    const page = await list(browser, base, { size });
    const before = await names(page);
    await page.getByRole("button", { name: "Channels that look alike" }).click();
    const dialog = page.getByRole("dialog");
    await until(() => dialog.locator(".reason").allTextContents().then((all) => all.map((text) => text.startsWith("kept apart"))), [true], "reasons");
    await sound(page, `alike, ${size}`);
    await dialog.getByRole("button", { name: "Merge Meadow Cartoons +1 into Meadow Cartoons" }).click();
    await until(() => names(page), before.filter((name) => name !== "Meadow Cartoons +1"), "names after merging");
    await dialog.getByRole("button", { name: /^Undo/ }).click();
    await until(() => names(page), before, "names after undoing");
    equal(page.faults, [], "faults");
    await page.context().close();
  }
}

/** What is on, and another channel of a guide for it: offered, searched for, taken, given back. */
export async function programme(browser, base) {
  const page = await list(browser, base);
  await row(page, "World Report").click();
  await until(() => side(page).locator(".on-now p").allTextContents().then((all) => all.map((text) => /^(Now|At).*of World Report$/.test(text))), [true, true], "what is on");
  await side(page).getByText("Choose another one").click();
  const offered = () => side(page).locator(".candidates strong").allTextContents();
  await until(() => offered().then((all) => all[0]), "World Report", "the likely one");
  check(/\d %/.test(await side(page).locator(".candidates li").first().textContent()), "how likely it is");
  await sound(page, "candidates");
  await side(page).getByLabel("Channel of a guide").fill("weather");
  await until(offered, ["Meadow Weather"], "what is searched for");
  const now = () => side(page).locator(".choice-now").textContent();
  await side(page).getByRole("button", { name: "Take Meadow Weather of Town guide" }).click();
  await until(() => now().then((text) => text.startsWith("You chose Meadow Weather.example of Town guide")), true, "choice");
  await side(page).getByRole("button", { name: "No programme" }).click();
  await until(now, "You decided that it has none.", "none");
  await side(page).getByRole("button", { name: "Automatic again" }).click();
  await until(now, "Found by itself.", "found again");
  equal(page.faults, [], "faults");
}

/** From the first Tab to a channel that has another name, without a pointer. */
export async function keyboard(browser, base) {
  const page = await open(browser, base, "#/");
  await page.keyboard.press("Tab");
  equal(await page.evaluate(() => document.activeElement.id), "skip", "the first stop");
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.getAttribute("aria-label"));
  const tabTo = async (wanted) => {
    for (let step = 0; step < 40; step += 1) {
      if ((await focused()) === wanted || (await page.evaluate(() => document.activeElement.getAttribute("role"))) === wanted) return;
      await page.keyboard.press("Tab");
    }
    check(false, `Tab never comes to ${wanted}`);
  };
  await tabTo("Channels");
  await page.keyboard.press("Enter");
  await page.locator(".row .text").first().waitFor();
  await tabTo("grid");
  const seen = await page.locator(".row.current .text").textContent();
  await page.keyboard.press("ArrowDown");
  const name = await page.locator(".row.current .text").textContent();
  check(seen !== name, "the arrow does not move");
  await page.keyboard.press("Space");
  equal(await page.locator(".row[aria-selected=true]").count(), 1, "ticked");
  await page.keyboard.press("Shift+ArrowDown");
  equal(await page.locator(".row[aria-selected=true]").count(), 2, "ticked with Shift");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await until(focused, name, "focus in the panel");
  for (let step = 0; step < 10 && (await page.evaluate(() => document.activeElement.name)) !== "name"; step += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("By Keyboard");
  await page.keyboard.press("Enter");
  await until(() => names(page).then((all) => all.includes("By Keyboard")), true, "the new name");
  await page.keyboard.press("Escape");
  await until(() => page.evaluate(() => document.activeElement.getAttribute("role")), "grid", "focus back in the list");
  equal(page.faults, [], "faults");
}

/** 25,000 rows: the first at once, few of them there at a time, the last reached. */
export async function many(browser, base, { count, first_ms: firstMs, rows_max: rowsMax }) {
  const page = await open(browser, base, "#/");
  const began = Date.now();
  await page.locator("nav").getByText("Channels").click();
  await page.locator(".row .text").first().waitFor();
  const took = Date.now() - began;
  check(took < firstMs, `the first rows took ${took} ms`);
  const most = await page.evaluate(async () => {
    const grid = document.querySelector(".grid-list");
    let rows = 0;
    for (let step = 0; step < 100; step += 1) {
      grid.scrollTop += 700;
      await new Promise(requestAnimationFrame);
      rows = Math.max(rows, document.querySelectorAll(".row").length);
    }
    grid.scrollTop = grid.scrollHeight;
    return rows;
  });
  check(most <= rowsMax, `${most} rows in the document`);
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll(".row")];
    return rows.length > 0 && rows.every((one) => !one.classList.contains("coming"));
  }, null, { timeout: 60000 });
  await until(() => page.locator(".sum").textContent(), `${new Intl.NumberFormat("en").format(count)} channels in the lineup`, "sum");
  equal(await page.locator(".row").last().getAttribute("aria-rowindex"), String(count), "last row");
  await page.locator("[type=search]").fill("channel 24999");
  await until(() => names(page), ["Channel 24999"], "what is searched for");
  equal(page.faults, [], "faults");
}
