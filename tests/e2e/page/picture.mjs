// The picture that the README opens with, of a daemon that runs:
// DIPOLE_NODE=target/tools/page DIPOLE_RESOLVE="MAP dipole.local 127.0.0.1:8080" node run.mjs picture take http://dipole.local '{"to": "docs/page.png", "path": "#/"}'

import { open } from "./browser.mjs";

export async function take(browser, base, { to, path = "#/", theme = "light", row }) {
  const page = await open(browser, base, path, { theme });
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.locator(path === "#/" ? ".deck[data-filled=yes]" : ".row .text").first().waitFor();
  if (row) {
    await page.locator(".row", { has: page.getByText(row, { exact: true }) }).click();
    await page.locator(".reason").first().waitFor();
    await page.evaluate(() => document.activeElement.blur());
  }
  await page.waitForResponse(/status/);
  await page.screenshot({ path: to });
}
