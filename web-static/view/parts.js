// What sources and guides have in common: parts of their dialogs, and of the cards that show them.

import { order, pollStatus, upload } from "../api.js";
import { field } from "../dialog.js";
import { make, say } from "../dom.js";
import { tell } from "../tell.js";
import { texts } from "../texts.js";

/** Characters of a name that an address or a file gives. */
export const NAME_MAX = 60;

/** The host of an address; of a path or a public list its last part. */
export const hostOf = (text) => ((URL.canParse(text) && new URL(text).host) || text.split(/[/:]/).pop()).slice(0, NAME_MAX);

/** The name that a file gives. */
export const nameOf = (file) => file.replace(/\.gz$/i, "").replace(/\.(m3u8?|txt|xml|xmltv)$/i, "").slice(0, NAME_MAX);

// ---- dialogs

/** One of several ways, as [key, text]; `pick` is told which. */
export function wayChoice(legend, ways, chosen, pick) {
  return make("fieldset", { className: "ways" }, make("legend", { className: "hidden", textContent: legend }),
    ...ways.map(([key, text]) => {
      const radio = make("input", { type: "radio", name: "way", value: key, checked: key === chosen, onchange: () => pick(key) });
      return make("label", { className: "way" }, radio, make("span", { textContent: text }));
    }));
}

/** A file that is uploaded; `dropped` is there already. `named` is told the name that it gives. */
export function filePart({ label, hint, accept, settings }, dropped = null) {
  const part = { named: () => {} };
  const file = make("input", { type: "file", accept });
  const told = make("p", { className: "quiet" });
  let chosen = dropped;
  const show = () => say(told, chosen ? texts.source.fileFacts(chosen.name, chosen.size) : "");
  file.addEventListener("change", () => {
    chosen = file.files[0] ?? null;
    if (chosen) part.named(nameOf(chosen.name));
    show();
  });
  show();
  return Object.assign(part, {
    fields: [field("file", label, file, hint), told],
    value: () => {
      if (!chosen) throw new Error(`file: ${texts.source.fileMissing}`);
      return { settings: { ...settings, url: null, name: nameOf(chosen.name) }, file: chosen };
    },
  });
}

/** How far an upload has come; nothing while there is none. */
export function uploadBar() {
  const bar = make("progress", { max: 1, value: 0, "aria-label": texts.source.uploading });
  bar.hidden = true;
  return bar;
}

/** Adds what has these settings at `path`. A file goes to `tail` of it; where that is not taken, it is gone again. */
export async function add(path, settings, { file, tail, bar }) {
  const added = await order("POST", path, settings);
  if (!file) return;
  bar.hidden = false;
  try {
    await upload(`${path}/${added.id}/${tail}`, file, { progress: (part) => (bar.value = part) });
  } catch (problem) {
    await order("DELETE", `${path}/${added.id}`).catch(() => {});
    throw problem;
  } finally {
    bar.hidden = true;
  }
}

// ---- cards

/** Does it, tells of it, and shows what came of it. */
export async function act(work, done, show) {
  try {
    await work();
    if (done) tell(done);
  } catch (problem) {
    tell(problem.message);
  }
  pollStatus();
  await show();
}

/** The bar of a reading; `progress` is what is known of how far it is. */
export function showReading(bar, { name, state, progress }) {
  bar.classList.toggle("shown", state === "reading");
  bar.setAttribute("aria-hidden", String(state !== "reading"));
  bar.setAttribute("aria-label", texts.sources.progressOf(name));
  if (progress?.bytes_total) bar.value = progress.bytes / progress.bytes_total;
  else bar.removeAttribute("value");
}

/** Shows those of the buttons that do something now, each called by what it is about. */
export function showButtons(buttons, shown, name) {
  for (const [key, isShown] of Object.entries(shown)) {
    buttons[key].hidden = !isShown;
    buttons[key].setAttribute("aria-label", `${buttons[key].textContent}: ${name}`);
  }
}
