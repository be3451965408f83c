// What was decided, and the way back of each.

import { get } from "../api.js";
import { openDialog } from "../dialog.js";
import { button, make } from "../dom.js";
import { tell, undo } from "../tell.js";
import { texts } from "../texts.js";

const words = texts.changes;

const canBeUndone = (change) => change.undoes === null && change.undone_by === null;

/** All changes in a dialog; `again` is called when one was taken back. */
export async function showChanges(again) {
  const list = make("ol", { className: "rows changes" });
  openDialog({ title: words.title, className: "wide" }, make("p", { className: "quiet", textContent: words.how }), list);
  await fill(list, again);
}

async function fill(list, again) {
  let changes;
  try {
    ({ changes } = await get("/changes"));
  } catch (problem) {
    list.dataset.empty = problem.message;
    return;
  }
  list.dataset.empty = changes.length ? "" : words.none;
  list.replaceChildren(...changes.map((change) => row(change, async () => {
    await undo(change.n, again);
    await fill(list, again);
    list.closest("dialog")?.querySelector("h2").focus();
  })));
}

function row(change, takeBack) {
  const state = change.undone_by !== null ? words.undone : change.undoes !== null ? words.isUndo : "";
  return make("li", { className: change.undone_by === null ? "" : "off" },
    make("div", { className: "grow" }, make("strong", { className: "wrap", textContent: change.words }),
      make("p", { className: "quiet", textContent: [texts.ago(change.at_unix_s), texts.channelCount(change.channels), state].filter(Boolean).join(" · ") })),
    canBeUndone(change) ? button(texts.undo, takeBack, { "aria-label": words.undoOf(change.words) }) : null);
}

/** Takes back the newest that still holds. */
export async function undoLatest(again) {
  try {
    const { changes } = await get("/changes");
    const latest = changes.find(canBeUndone);
    if (!latest) return tell(words.none);
    return await undo(latest.n, again);
  } catch (problem) {
    return tell(problem.message);
  }
}
