// Chromium at the page: what it says on its console, what it asks for and what breaks its policy is kept,
// and axe looks at what is shown.

import fs from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.DIPOLE_NODE}/`);
const { chromium } = require("playwright-core");
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
/** A phone of the smallest kind is also a desk at 400 % (WCAG 2.2, 1.4.10). */
export const SIZES = { small: { width: 320, height: 568 }, desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 }, wall: { width: 3840, height: 2160 } };
export const VIEWS = ["", "channels", "sources", "rules", "guide", "settings"];

export class Failure extends Error {}

export function check(isSo, words) {
  if (!isSo) throw new Failure(words);
}

export function equal(found, wanted, words) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  check(a === b, `${words}: ${a}, wanted ${b}`);
}

/** With DIPOLE_RESOLVE, as `MAP dipole.local 127.0.0.1:8080`, names lead elsewhere. */
export async function launch() {
  const resolve = process.env.DIPOLE_RESOLVE;
  const args = resolve ? [...ARGUMENTS, `--host-resolver-rules=${resolve}`] : ARGUMENTS;
  return chromium.launch({ executablePath: process.env.DIPOLE_CHROMIUM ?? "/usr/bin/chromium", args });
}

/** A page of its own; `faults` are what nobody wants to see, `may` what a test provokes. */
export async function open(browser, base, path = "#/", { size = "desk", theme = "light", may } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme: theme, hasTouch: size === "phone", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.faults = [];
  const fault = (words) => may?.test(words) || page.faults.push(words);
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && fault(`${line.text()} (${line.location().url})`));
  page.on("pageerror", (error) => fault(error.stack));
  page.on("request", (request) => new URL(request.url()).host === new URL(base).host || fault(`asked for ${request.url()}`));
  await page.goto(`${base}/${path}`);
  await page.locator("h1").waitFor();
  return page;
}

/** What axe finds wrong, in words. The policy forbids scripts in the page, so it comes by the debugger. */
export async function violations(page) {
  const debug = await page.context().newCDPSession(page);
  await debug.send("Runtime.evaluate", { expression: AXE });
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" ")}`);
}

/** The page is as it should be: nothing broke, nothing is wider than the window, axe is content. */
export async function sound(page, words) {
  equal(page.faults, [], `${words}: faults`);
  equal(await violations(page), [], `${words}: axe`);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wider <= 0, `${words}: ${wider} pixels wider than the window`);
}

/** Waits until `what()` is so, and says what it was else. */
export async function until(what, wanted, words) {
  const end = Date.now() + 15000;
  let found;
  do {
    found = await what();
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < end);
  equal(found, wanted, words);
}

/** The names that the list of channels shows. */
export const names = (page) => page.locator(".row:not(.coming) .text").allTextContents().then((all) => all.sort());
