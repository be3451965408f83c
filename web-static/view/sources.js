// Sources: where channels come from, how each stands, and what can be done with it.

import { get, order, upload, watchStatus } from "../api.js";
import { confirm } from "../dialog.js";
import { button, icon, make, match, say } from "../dom.js";
import { tell } from "../tell.js";
import { texts } from "../texts.js";
import { act, showButtons, showReading } from "./parts.js";
import { addSource, editSource, LIST_FILES } from "./source.js";

const words = texts.sources;
/** While a list is read its progress is asked for more often. */
const READING_MS = 500;

export function open({ view, head }) {
  const list = make("ul", { className: "cards" });
  const deck = make("div", { className: "shelf", dataset: { filled: "no" } }, list, make("p", { className: "drop quiet", textContent: words.drop }));
  const error = make("p", { className: "notice", role: "alert", hidden: true });
  let timer;

  async function show() {
    clearTimeout(timer);
    let sources;
    try {
      ({ sources } = await get("/sources"));
      error.hidden = true;
    } catch (problem) {
      error.hidden = false;
      return say(error, problem.message);
    }
    match(list, sources, (source) => source.id, () => card(show), showCard);
    deck.dataset.filled = "yes";
    list.dataset.empty = sources.length ? "" : words.none;
    if (sources.some((source) => source.state === "reading")) timer = setTimeout(show, READING_MS);
    return undefined;
  }

  const refresh = button(words.refreshAll, () => act(() => order("POST", "/sources/refresh"), words.refreshAsked, show));
  const add = make("button", { type: "button", className: "primary", onclick: () => addSource(show) }, icon("plus"), make("span", { textContent: words.add }));
  head.append(make("div", { className: "actions" }, refresh, add));
  view.append(error, deck);
  dropping(view, (file) => addSource(show, file));
  const unwatch = watchStatus((status) => status && show());
  show();
  return {
    close() {
      clearTimeout(timer);
      unwatch();
    },
  };
}

/** A file that is dropped on the view. */
function dropping(view, take) {
  const over = (isOver) => (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    view.classList.toggle("over", isOver);
  };
  view.addEventListener("dragover", over(true));
  view.addEventListener("dragleave", over(false));
  view.addEventListener("drop", (event) => {
    over(false)(event);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) take(file);
  });
}

// ---- a card

function card(show) {
  const element = make("li", { className: "card source" });
  const source = () => element.source;
  const path = () => `/sources/${source().id}`;
  const file = make("input", { type: "file", hidden: true, accept: LIST_FILES });
  const progress = make("progress", { max: 1 });
  file.addEventListener("change", () => file.files[0] && act(() => upload(`${path()}/list`, file.files[0], { progress: (part) => (progress.value = part) }), words.uploaded, show));
  const buttons = {
    accept: button(words.accept, () => confirm({
      title: words.acceptTitle(source().name), text: words.acceptText(source().error), verb: words.accept,
      act: async () => {
        await order("POST", `${path()}/accept`);
        await show();
      },
    }), { className: "primary" }),
    cancel: button(words.cancel, () => act(() => order("POST", `${path()}/cancel`), null, show)),
    refresh: button(words.refresh, () => act(() => order("POST", `${path()}/refresh`), null, show)),
    upload: button(words.uploadNew, () => file.click()),
    edit: button(words.edit, () => editSource(source(), show)),
    remove: button(words.remove, () => confirm({
      title: words.removeTitle(source().name), text: words.removeText(source().channels), verb: words.remove,
      act: async () => {
        await order("DELETE", path());
        tell(words.removed(source().name));
        await show();
      },
    }), { className: "quiet-button" }),
  };
  element.buttons = buttons;
  element.append(
    make("div", { className: "title" }, make("h2"), make("p", { className: "pill" })),
    make("p", { className: "facts quiet" }),
    progress,
    make("p", { className: "path quiet" }),
    make("p", { className: "quiet account" }),
    make("p", { className: "error wrap" }),
    make("details", {}, make("summary"), make("ul", { className: "warnings quiet" })),
    make("div", { className: "actions" }, ...Object.values(buttons), file, make("span", { className: "mark", textContent: texts.setInFile })));
  return element;
}

function showCard(element, source) {
  element.source = source;
  const [title, facts, progress, where, account, error, warnings] = element.children;
  const { settings, buttons = element.buttons } = source;
  say(title.firstChild, settings.name);
  title.lastChild.dataset.state = settings.enabled ? source.state : "off";
  say(title.lastChild, settings.enabled ? words.states[source.state] : words.off);
  say(facts, source.progress ? words.progress(source.progress) : words.facts({ ...source, direct: settings.sharing === "direct", priority: settings.priority }));
  showReading(progress, { name: settings.name, state: source.state, progress: source.progress?.phase === "fetching" ? source.progress : null });
  say(where, settings.url ?? words.isUploaded);
  say(account, source.account ? words.account(source.account) : "");
  say(error, source.error ?? "");
  warnings.hidden = source.warnings.length === 0;
  say(warnings.firstChild, words.warnings(source.warnings.length));
  match(warnings.lastChild, source.warnings, (warning) => warning, () => make("li"), say);
  showWhatCanBeDone(buttons, source);
}

function showWhatCanBeDone(buttons, source) {
  const isOfFile = source.set_in === "config file";
  buttons.edit.parentElement.querySelector(".mark").hidden = !isOfFile;
  const isReading = source.state === "reading";
  const hasAddress = source.settings.url !== null;
  showButtons(buttons, {
    accept: source.held_back, cancel: isReading, refresh: hasAddress && !isReading && source.settings.enabled,
    upload: !hasAddress && !isReading, edit: !isOfFile, remove: !isOfFile,
  }, source.settings.name);
}
