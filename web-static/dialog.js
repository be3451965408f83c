// Dialogs and the forms in them. Focus goes in, stays in, and comes back to where it was.

import { button, freshId, iconButton, make, say } from "./dom.js";
import { texts } from "./texts.js";

/** Opens a dialog; it is gone when it is closed. */
export function openDialog({ title, className = "", onClose }, ...children) {
  const id = freshId();
  const opener = document.activeElement;
  const dialog = make("dialog", { className, "aria-labelledby": id },
    make("div", { className: "title" }, make("h2", { id, textContent: title, tabIndex: -1 }),
      iconButton("close", texts.close, () => dialog.close())),
    ...children);
  dialog.addEventListener("close", () => {
    dialog.remove();
    (opener?.isConnected ? opener : document.querySelector("main h1"))?.focus({ preventScroll: true });
    onClose?.();
  });
  // A click beside it.
  dialog.addEventListener("mousedown", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  (dialog.querySelector("[autofocus]") ?? dialog.querySelector("h2")).focus();
  return dialog;
}

/** Asks before something that cannot be taken back; `act` may fail, in words. */
export function confirm({ title, text, verb, act }) {
  const form = formOf({ verb, danger: true, submit: act, done: () => dialog.close() }, make("p", { textContent: text }));
  const dialog = openDialog({ title, className: "small" }, form);
}

/** A field with its label, what it means, and a place for what is wrong with it. */
export function field(name, label, input, hint) {
  input.id = freshId();
  input.name = name;
  const hintId = freshId();
  const errorId = freshId();
  input.setAttribute("aria-describedby", `${errorId} ${hint ? hintId : ""}`.trim());
  const isChoice = input.type === "checkbox";
  const title = make("label", { for: input.id, textContent: label });
  return make("div", { className: isChoice ? "field choice" : "field" },
    ...(isChoice ? [input, title] : [title, input]),
    hint ? make("p", { className: "quiet hint", id: hintId, textContent: hint }) : null,
    make("p", { className: "error", id: errorId }));
}

/** An input; its name and label come with `field`. */
export const input = (properties) => make("input", { type: "text", autocomplete: "off", spellcheck: false, ...properties });

/** A choice of [value, text]. */
export const select = (options, value, properties = {}) => offer(make("select", properties), options, value);

/** Gives a choice its [value, text] anew. */
export function offer(choice, options, value = options[0]?.[0] ?? "") {
  choice.replaceChildren(...options.map(([key, text]) => make("option", { value: key, textContent: text })));
  choice.value = value;
  return choice;
}

/** A form whose `submit` may fail: the words of the problem stand at the field that it names
 *  (`key: why`), else above the buttons. */
export function formOf({ verb, danger, submit, done, cancel = done, extra }, ...children) {
  const error = make("p", { className: "error", role: "alert" });
  const send = make("button", { type: "submit", className: danger ? "danger" : "primary", textContent: verb });
  const form = make("form", { className: "form", noValidate: false }, ...children, error,
    make("div", { className: "actions" }, extra ?? null, cancel ? button(texts.cancel, () => cancel()) : null, send));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // A button that is switched off loses the focus, so a second press is passed over instead.
    if (send.ariaBusy === "true") return;
    clear(form);
    send.ariaBusy = "true";
    try {
      const told = await submit(form);
      done?.(told);
    } catch (problem) {
      show(form, error, problem);
    } finally {
      send.ariaBusy = null;
    }
  });
  return form;
}

function clear(form) {
  form.querySelectorAll(".error").forEach((place) => say(place, ""));
  form.querySelectorAll("[aria-invalid]").forEach((place) => place.removeAttribute("aria-invalid"));
}

function show(form, error, problem) {
  const [, key, why] = /^(\w+): (.*)$/s.exec(problem.message) ?? [];
  const named = key && form.elements.namedItem(key);
  if (!(named instanceof HTMLElement)) return say(error, problem.message);
  named.closest("details")?.setAttribute("open", "");
  named.setAttribute("aria-invalid", "true");
  say(named.closest(".field").querySelector(".error"), why);
  return named.focus();
}
