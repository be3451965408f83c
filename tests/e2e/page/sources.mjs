// Sources: added in each way, watched while they are read, refused, removed.

import fs from "node:fs";

import { check, equal, names, open, sound, until } from "./browser.mjs";

async function add(page, way, fill) {
  await page.getByRole("button", { name: "Add a source" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: way }).check();
  await fill(dialog);
  await sound(page, `dialog: ${way}`);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

const card = (page, name) => page.locator(".card", { has: page.getByRole("heading", { name, exact: true }) });

export async function address(browser, base, { url, wanted }) {
  const page = await open(browser, base, "#/sources");
  await add(page, "Address", async (dialog) => {
    await dialog.getByLabel("Address of the playlist").fill(url);
    await dialog.getByLabel("Name", { exact: true }).fill("By address");
  });
  await until(() => card(page, "By address").locator(".pill").textContent(), "Ready", "state");
  await page.locator("nav").getByText("Channels").click();
  await until(() => names(page), wanted, "channels");
  await page.locator("nav").getByText("Sources").click();
  await page.getByRole("button", { name: "Edit: By address" }).click();
  await page.getByLabel("Priority").fill("7");
  await page.getByRole("button", { name: "Save" }).click();
  await until(() => card(page, "By address").locator(".facts").first().textContent().then((text) => text.includes("priority 7")), true, "priority");
  await page.getByRole("button", { name: "Remove: By address" }).click();
  await sound(page, "question");
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await until(() => card(page, "By address").count(), 0, "cards");
  equal(page.faults, [], "faults");
}

export async function file(browser, base, { text, wanted }) {
  const page = await open(browser, base, "#/sources");
  await add(page, "File", (dialog) => dialog.getByLabel("Playlist file").setInputFiles({ name: "mine.m3u", mimeType: "audio/x-mpegurl", buffer: Buffer.from(text) }));
  await until(() => card(page, "mine").locator(".pill").textContent(), "Ready", "state");
  await page.locator("nav").getByText("Channels").click();
  await until(() => names(page), wanted, "channels");

  // Another one is dropped on the view.
  await page.locator("nav").getByText("Sources").click();
  await page.locator(".card").first().waitFor();
  const data = await page.evaluateHandle((list) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([list], "dropped.m3u"));
    return transfer;
  }, text.replaceAll("Upload", "Drop"));
  await page.dispatchEvent(".drop", "drop", { dataTransfer: data });
  equal(await page.getByRole("dialog").getByLabel("Name", { exact: true }).inputValue(), "dropped", "name of the file");
  await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
  await until(() => card(page, "dropped").locator(".pill").textContent(), "Ready", "state of what was dropped");
  equal(page.faults, [], "faults");
}

export async function account(browser, base, { url, password }) {
  const page = await open(browser, base, "#/sources");
  await add(page, "Xtream account", async (dialog) => {
    await dialog.getByLabel("Address of the panel").fill(url);
    await dialog.getByLabel("User name").fill("me");
    await dialog.getByLabel("Password").fill(password);
    await dialog.getByLabel("Name", { exact: true }).fill("Account");
  });
  await until(() => card(page, "Account").locator(".pill").textContent(), "Ready", "state");
  check((await card(page, "Account").textContent()).includes("active"), "what the panel says of the account");
  await page.getByRole("button", { name: "Edit: Account" }).click();
  const dialog = page.getByRole("dialog");
  equal(await dialog.getByLabel("Password").inputValue(), "", "password that is shown");
  await dialog.getByLabel("Name", { exact: true }).fill("Renamed");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await until(() => card(page, "Renamed").locator(".pill").textContent(), "Ready", "state");
  // The password is still the one that was given.
  await page.getByRole("button", { name: "Read again: Renamed" }).click();
  await until(() => card(page, "Renamed").locator(".pill").textContent(), "Ready", "state of the second reading");
  equal(await card(page, "Renamed").locator(".error").textContent(), "", "error");
  check(!(await page.content()).includes(password), "the password is in the page");
  equal(page.faults, [], "faults");
}

/** A list that is read slowly shows how far it is and is broken off; a list that shrank is held back. */
export async function reading(browser, base, { slow, shrinking, shrink }) {
  const page = await open(browser, base, "#/sources");
  await add(page, "Address", async (dialog) => {
    await dialog.getByLabel("Address of the playlist").fill(slow);
    await dialog.getByLabel("Name", { exact: true }).fill("Slow");
  });
  await card(page, "Slow").locator("progress.shown").waitFor();
  await until(() => card(page, "Slow").locator(".facts").first().textContent().then((text) => /entr/.test(text)), true, "progress");
  await page.getByRole("button", { name: "Cancel reading: Slow" }).click();
  await until(() => card(page, "Slow").locator("progress.shown").count(), 0, "progress after cancelling");

  await add(page, "Address", async (dialog) => {
    await dialog.getByLabel("Address of the playlist").fill(shrinking);
    await dialog.getByLabel("Name", { exact: true }).fill("Shrinking");
  });
  await until(() => card(page, "Shrinking").locator(".pill").textContent(), "Ready", "state");
  fs.writeFileSync(shrink, "now");
  await until(async () => fs.existsSync(shrink), false, "the shorter list");
  await page.getByRole("button", { name: "Read again: Shrinking" }).click();
  const accept = page.getByRole("button", { name: "Take it all the same: Shrinking" });
  await accept.click();
  const dialog = page.getByRole("dialog");
  check(/\d/.test(await dialog.locator("form > p").first().textContent()), "the numbers of both lists");
  await dialog.getByRole("button", { name: "Take it all the same" }).click();
  await until(() => card(page, "Shrinking").locator(".facts").first().textContent().then((text) => text.startsWith("4 channels")), true, "channels of the shorter list");
  equal(page.faults, [], "faults");
}
