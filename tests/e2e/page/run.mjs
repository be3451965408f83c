// One check in one browser: node run.mjs FILE CHECK BASE [JSON]

import { launch } from "./browser.mjs";

const [file, name, base, words] = process.argv.slice(2);
const checks = await import(`./${file}.mjs`);
const browser = await launch();
try {
  await checks[name](browser, base, words ? JSON.parse(words) : {});
} catch (error) {
  for (const context of browser.contexts()) {
    for (const page of context.pages()) {
      console.log(`at ${page.url()}: ${JSON.stringify(page.faults)}`);
      if (process.env.DIPOLE_SHOTS) await page.screenshot({ path: `${process.env.DIPOLE_SHOTS}/failed-${name}.png` });
    }
  }
  console.log(error.stack ?? error);
  process.exitCode = 1;
} finally {
  await browser.close();
}
