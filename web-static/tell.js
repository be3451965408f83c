// What just happened: told in a line, copied, taken back.

import { order } from "./api.js";
import { button, make, say } from "./dom.js";
import { texts } from "./texts.js";

const SHOWN_MS = 5000;
/** Longer where there is something to press. */
const SHOWN_WITH_UNDO_MS = 12000;

const told = document.getElementById("told");
const toldText = document.getElementById("told-text");
const toldUndo = document.getElementById("told-undo");

let timer;
let pressed = () => {};
toldUndo.addEventListener("click", () => pressed());
/** While it is pointed at or focused, it stays. */
const hide = () => (told.matches(":hover, :focus-within") ? (timer = setTimeout(hide, 1500)) : told.hidePopover());

/** Says `text`; with `undo`, a button that does that. */
export function tell(text, undo) {
  clearTimeout(timer);
  if (told.matches(":popover-open")) told.hidePopover();
  told.showPopover();
  say(toldText, text);
  toldUndo.hidden = undo === undefined;
  say(toldUndo, texts.undo);
  pressed = () => {
    told.hidePopover();
    undo?.();
  };
  timer = setTimeout(hide, undo ? SHOWN_WITH_UNDO_MS : SHOWN_MS);
}

/** Tells what an order changed, with the way back; `again` is called when it was taken back. */
export function tellChange(answer, again) {
  if (answer?.change === null || answer?.change === undefined) return tell(answer?.words || texts.saved);
  return tell(answer.words, () => undo(answer.change, again));
}

/** Takes a change back. */
export async function undo(change, again) {
  try {
    const answer = await order("POST", `/changes/${change}/undo`);
    tell(answer.words || texts.undone);
  } catch (problem) {
    tell(problem.message);
  }
  await again?.();
}

/** The clipboard API is for https only; a tuner at home has none, so the old way is kept. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return tell(texts.copied);
  } catch {
    const field = make("textarea", { value: text, className: "hidden", readOnly: true, "aria-hidden": "true" });
    const focused = document.activeElement;
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return tell(done ? texts.copied : texts.notCopied);
  }
}

/** An address with a button that copies it. */
export function address(label, value = "") {
  const code = make("code", { tabIndex: 0, textContent: value, role: "group", "aria-label": label });
  const row = make("div", { className: "value" }, code, button(texts.copy, () => copy(code.textContent), { "aria-label": texts.copyOf(label) }));
  row.show = (text) => say(code, text);
  return row;
}
