// Settings: each with its value, where it is set, and what it means; before them, backups.

import { watchStatus } from "../api.js";
import { freshId, make, match, say } from "../dom.js";
import { texts } from "../texts.js";
import { backupSection, showRestored } from "./backup.js";

const words = texts.settings;

export function open({ view }) {
  const shelves = make("div", { className: "shelves" });
  view.append(backupSection(), make("p", { className: "quiet lead", textContent: words.how }), shelves);
  const close = watchStatus((status) => {
    if (!status) return;
    match(shelves, grouped(status.settings), ([name]) => name, shelf, showShelf);
  });
  showRestored();
  return { close };
}

/** Settings under the word before their dot; those without one come first. */
function grouped(settings) {
  const groups = new Map();
  for (const setting of settings) {
    const group = setting.key.includes(".") ? setting.key.split(".")[0] : "";
    groups.set(group, [...(groups.get(group) ?? []), setting]);
  }
  return [...groups];
}

function shelf([name]) {
  const id = freshId();
  return make("section", { "aria-labelledby": id },
    make("div", { className: "title" }, make("h2", { id, textContent: words.groups[name] ?? name })),
    make("ul", { className: "rows" }));
}

function showShelf(element, [, settings]) {
  match(element.lastChild, settings, (setting) => setting.key, (setting) => {
    const [meaning, range] = words.meanings[setting.key] ?? ["", ""];
    return make("li", { className: "setting" },
      make("div", { className: "grow" },
        make("code", { textContent: setting.key }),
        make("p", { textContent: meaning }),
        make("p", { className: "quiet", textContent: range })),
      make("div", { className: "end" }, make("strong"), make("p", { className: "quiet" })));
  }, (row, setting) => {
    const [value, origin] = row.lastChild.children;
    row.dataset.origin = setting.origin;
    say(value, setting.value);
    say(origin, words.origins[setting.origin]);
  });
}
