// Guides: added by address and by file, changed, removed; those of the file only shown.

import { check, equal, open, sound, until } from "./browser.mjs";

const card = (page, name) => page.locator(".card", { has: page.getByRole("heading", { name, exact: true }) });

export async function all(browser, base, { url, text }) {
  const page = await open(browser, base, "#/guide", { may: /Failed to load resource/ });
  const fixed = card(page, "Village guide");
  await until(() => fixed.locator(".origin").textContent().then((words) => words.startsWith("Set in the file")), true, "where it is set");
  equal(await fixed.getByRole("button").allTextContents().then((all) => all.filter((name) => ["Edit", "Remove"].includes(name))), [], "what can be done with it");

  // What cannot be is told at its field, and then it is put right.
  await page.getByRole("button", { name: "Add a guide" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address of the guide").fill("/etc/passwd");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await until(() => dialog.getByLabel("Address of the guide").getAttribute("aria-invalid"), "true", "field");
  await sound(page, "dialog with an error");
  await dialog.getByLabel("Address of the guide").fill(url);
  await dialog.getByLabel("Name", { exact: true }).fill("By address");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await until(() => card(page, "By address").locator(".facts").textContent().then((words) => words.startsWith("2 of your channels")), true, "what it fits");
  equal(await card(page, "By address").locator(".pill").textContent(), "Ready", "state");

  await page.getByRole("button", { name: "Edit: By address" }).click();
  await dialog.getByLabel("Priority").fill("7");
  await dialog.getByRole("button", { name: "Save" }).click();
  await until(() => card(page, "By address").locator(".origin").textContent().then((words) => words.includes("priority 7")), true, "priority");
  await page.getByRole("button", { name: "Read again: By address" }).click();

  await page.getByRole("button", { name: "Add a guide" }).click();
  await dialog.getByRole("radio", { name: "File" }).check();
  await dialog.getByLabel("File of the guide").setInputFiles({ name: "mine.xml", mimeType: "application/xml", buffer: Buffer.from(text) });
  equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "mine", "name of the file");
  await sound(page, "dialog for a file");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await until(() => card(page, "mine").locator(".pill").textContent(), "Ready", "state of what was uploaded");
  check(await page.getByRole("button", { name: "Upload a new file: mine" }).isVisible(), "a new file can be uploaded");

  for (const name of ["By address", "mine"]) {
    await page.getByRole("button", { name: `Remove: ${name}` }).click();
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await until(() => card(page, name).count(), 0, `cards of ${name}`);
  }
  await sound(page, "guides");
}
