// Backups: made with a passphrase, and restored in another Dipole, which begins again for that.

import { check, equal, open, sound, until } from "./browser.mjs";

/** A restore may take this long with the Dipole beginning again in it. */
const RESTORED_MS = 60000;

export async function backup(browser, base, { of, passphrase }) {
  // The file itself is an address of the browser's own.
  const page = await open(browser, base, "#/settings", { may: /asked for blob:/ });
  await page.getByRole("button", { name: "Make a backup …" }).click();
  const dialog = page.getByRole("dialog");
  const again = dialog.getByLabel("Passphrase, once more");
  await dialog.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await again.fill(`${passphrase}!`);
  await dialog.getByRole("button", { name: "Download" }).click();
  await until(() => again.getAttribute("aria-invalid"), "true", "the other one");
  await sound(page, "dialog of a backup");
  await again.fill(passphrase);
  const coming = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download" }).click();
  const download = await coming;
  check(/^dipole-.*\.dipole$/.test(download.suggestedFilename()), `name of the file: ${download.suggestedFilename()}`);
  await download.saveAs(of);
  await dialog.waitFor({ state: "detached" });
  equal(page.faults, [], "faults");
}

export async function restore(browser, base, { of, passphrase }) {
  const page = await open(browser, base, "#/settings", { may: /Failed to load resource/ });
  await page.getByRole("button", { name: "Restore a backup …" }).click();
  const dialog = page.getByRole("dialog");
  const secret = dialog.getByLabel("Passphrase", { exact: true });
  await dialog.getByLabel("File of the backup").setInputFiles(of);
  await secret.fill("another one of them");
  await dialog.getByRole("button", { name: "Restore" }).click();
  await until(() => secret.getAttribute("aria-invalid"), "true", "the passphrase");
  await sound(page, "dialog of a restore");
  await secret.fill(passphrase);
  await dialog.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("heading", { name: "The backup is restored" }).waitFor({ timeout: RESTORED_MS });
  equal(await page.evaluate(() => performance.getEntriesByType("navigation")[0].type), "reload", "how the page was loaded");
  check((await dialog.textContent()).includes("this box is the one of the backup"), "what is said of it");
  await sound(page, "what was restored");
}
