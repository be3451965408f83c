// Every view by itself: that it opens, and that everybody can use it.

import { check, equal, open, sound, until, VIEWS } from "./browser.mjs";

export async function all(browser, base, { size }) {
  for (const theme of ["light", "dark"]) {
    for (const view of VIEWS) {
      const page = await open(browser, base, `#/${view}`, { size, theme });
      await settled(page, view);
      await sound(page, `${view || "home"}, ${size}, ${theme}`);
      equal(await page.locator("nav [aria-current=page]").count(), 1, "current view");
      equal(await small(page), [], `${view}: touch targets`);
      await page.context().close();
    }
  }
}

async function settled(page, view) {
  const sign = { "": ".deck[data-filled=yes]", channels: ".row .text", sources: ".card", rules: ".figures", guide: "code:not(:empty)", settings: ".setting" };
  await page.locator(sign[view]).first().waitFor();
}

/** What is touched and smaller than 44 pixels, but for links within a text and what a label stands around. */
const small = (page) => page.evaluate(() =>
  [...document.querySelectorAll("button, select, nav a, input:not([type=checkbox], [type=radio])")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => {
      const { width, height } = element.getBoundingClientRect();
      return Math.min(width, height) < 43.9;
    })
    .map((element) => element.outerHTML.slice(0, 120)));

/** The layout that was there first is the one that stays. */
export async function still(browser, base) {
  for (const view of VIEWS) {
    const page = await open(browser, base, "#/");
    await page.evaluate(() => {
      globalThis.shift = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => (globalThis.shift += entry.value)))
        .observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(`${base}/#/${view}`);
    await settled(page, view);
    await page.waitForResponse(/status/);
    const shift = await page.evaluate(() => globalThis.shift);
    check(shift < 0.02, `${view}: layout shift ${shift}`);
    await page.context().close();
  }
}

/** A route is in the address: reload, back and focus do what they say. */
export async function routes(browser, base) {
  const page = await open(browser, base, "#/channels?search=News&state=all");
  await page.locator(".row .text").first().waitFor();
  equal(await page.locator("[type=search]").inputValue(), "News", "search of the address");
  await page.getByLabel("Which channels").selectOption("inactive");
  await until(() => page.evaluate(() => location.hash), "#/channels?search=News&state=inactive", "address");
  await page.reload();
  await until(() => page.getByLabel("Which channels").inputValue(), "inactive", "filter after a reload");
  await page.locator("nav").getByText("Guide").click();
  await until(() => page.evaluate(() => document.activeElement.textContent), "Guide", "focus on the title");
  await until(() => page.title().then((title) => title.split(" · ")[0]), "Guide", "title");
  await page.goBack();
  await until(() => page.locator("[type=search]").inputValue(), "News", "search after going back");
  equal(page.faults, [], "faults");
}

/** What the API refuses is said at the place where it belongs. */
export async function refusals(browser, base) {
  const page = await open(browser, base, "#/sources", { may: /Failed to load resource/ });
  await page.getByRole("button", { name: "Add a source" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address of the playlist").fill("iptv-org:nowhere");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await until(() => dialog.getByLabel("Address of the playlist").getAttribute("aria-invalid"), "true", "field");
  const words = await dialog.locator("[name=url]").locator("xpath=..").locator(".error").textContent();
  check(words.includes("none of the public lists"), `error at the field: ${words}`);
  equal(await page.evaluate(() => document.activeElement.name), "url", "focus");
  await sound(page, "dialog with an error");
  await page.keyboard.press("Escape");
  await until(() => page.evaluate(() => document.activeElement.textContent), "Add a source", "focus comes back");
}
