// Deciding on one channel, and taking the last change back.

import { texts } from "./texts.js";

const POST = { "X-Dipole": "1", "Content-Type": "application/json" };

/** The answer, or an error with the reason that the API gives. */
async function order(path, method, body) {
  const answer = await fetch(path, {
    method,
    headers: POST,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(15000),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.detail ?? answer.status);
  return told;
}

function field(label, input) {
  const element = document.createElement("label");
  element.append(label, input);
  return element;
}

const input = (properties) => Object.assign(document.createElement("input"), properties);
const button = (properties) => Object.assign(document.createElement("button"), properties);

/** A form for `channel`; `done` is called with what to tell once it is saved, or with nothing. */
export function editForm(channel, done) {
  const name = input({ type: "text", value: channel.name, maxLength: 200, required: true });
  const number = input({ type: "text", value: channel.number, inputMode: "decimal", size: 7, required: true });
  const enabled = input({ type: "checkbox", checked: channel.enabled });
  const favourite = input({ type: "checkbox", checked: channel.favourite });
  const close = button({ type: "button", textContent: texts.editClose });
  const form = document.createElement("form");
  form.className = "edit";
  form.append(
    field(texts.editName, name), field(texts.editNumber, number),
    field(texts.editEnabled, enabled), field(texts.editFavourite, favourite),
    button({ type: "submit", textContent: texts.editSave }), close);
  close.addEventListener("click", () => done());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = {
      name: name.value.trim(), number: number.value.trim(),
      enabled: enabled.checked, favourite: favourite.checked,
    };
    // What is as it was is not decided on.
    const patch = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => value !== channel[key]));
    if (patch.name === channel.original_name) patch.name = null;
    if (Object.keys(patch).length === 0) return done();
    try {
      await order(`/api/v1/channels/${channel.id}`, "PATCH", patch);
      done(texts.saved);
    } catch (error) {
      done(texts.editFailed(error.message));
    }
  });
  queueMicrotask(() => name.focus());
  return form;
}

/** Shows on `undo` the latest change that can be taken back. */
export async function showUndo(undo) {
  const answer = await fetch("/api/v1/changes", { signal: AbortSignal.timeout(8000) });
  const { changes } = await answer.json();
  const latest = changes.find((change) => change.undoes === null && change.undone_by === null);
  undo.hidden = latest === undefined;
  undo.dataset.change = latest?.n ?? "";
  undo.textContent = latest ? texts.undo(latest.words) : "";
}

/** Takes back what `undo` shows; gives what to tell. */
export async function takeBack(undo) {
  try {
    await order(`/api/v1/changes/${undo.dataset.change}/undo`, "POST");
    return texts.undone;
  } catch (error) {
    return texts.editFailed(error.message);
  }
}
