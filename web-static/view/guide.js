// Guide: where programmes come from, how each stands and what can be done with it, and the address at
// which clients get them.

import { get, lastStatus, order, upload, watchStatus } from "../api.js";
import { confirm } from "../dialog.js";
import { button, icon, make, match, say, section } from "../dom.js";
import { address, tell } from "../tell.js";
import { texts } from "../texts.js";
import { addGuide, editGuide, GUIDE_FILES } from "./guideform.js";
import { act, showButtons, showReading } from "./parts.js";

const words = texts.guide;
/** What is said of a source in the same words. */
const common = texts.sources;
/** While a guide is read its progress is asked for more often. */
const READING_MS = 500;

export function open({ view, head }) {
  const list = make("ul", { className: "cards" });
  const out = address(words.out);
  const gzip = address(words.outGzip);
  const error = make("p", { className: "notice", role: "alert", hidden: true });
  const deck = make("div", { className: "shelf", dataset: { filled: "no" } },
    section(words.guides, {}, make("p", { className: "quiet", textContent: words.how }), list),
    section(words.out, {}, make("p", { className: "quiet", textContent: words.outHow }), out, gzip));
  let timer;
  let isClosed = false;

  async function show() {
    clearTimeout(timer);
    let guides;
    try {
      ({ guides } = await get("/guides"));
      error.hidden = true;
    } catch (problem) {
      error.hidden = false;
      return say(error, problem.message);
    }
    match(list, guides, (guide) => guide.id, () => card(show), showCard);
    list.dataset.empty = guides.length ? "" : words.none;
    deck.dataset.filled = "yes";
    clearTimeout(timer);
    if (!isClosed && guides.some((guide) => guide.state === "reading")) timer = setTimeout(show, READING_MS);
    return undefined;
  }

  const refresh = button(common.refreshAll, () => act(() => order("POST", "/guides/refresh"), words.refreshAsked, show));
  const more = make("button", { type: "button", className: "primary", onclick: () => addGuide(show) }, icon("plus"), make("span", { textContent: words.add }));
  head.append(make("div", { className: "actions" }, refresh, more));
  view.append(error, deck);
  const unwatch = watchStatus((status) => {
    if (!status) return;
    out.show(status.addresses.xmltv);
    gzip.show(`${status.addresses.xmltv}.gz`);
    show();
  });
  show();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      unwatch();
    },
  };
}

// ---- a card

function card(show) {
  const element = make("li", { className: "card guide" });
  const guide = () => element.guide;
  const path = () => `/guides/${guide().id}`;
  const file = make("input", { type: "file", hidden: true, accept: GUIDE_FILES });
  const bar = make("progress", { max: 1 });
  file.addEventListener("change", () => file.files[0] && act(() =>
    upload(`${path()}/file`, file.files[0], { progress: (part) => (bar.value = part) }).finally(() => (file.value = "")), words.uploaded, show));
  element.buttons = {
    cancel: button(common.cancel, () => act(() => order("POST", `${path()}/cancel`), null, show)),
    refresh: button(common.refresh, () => act(() => order("POST", `${path()}/refresh`), null, show)),
    upload: button(words.uploadNew, () => file.click()),
    edit: button(common.edit, () => editGuide(guide(), show)),
    remove: button(common.remove, () => confirm({
      title: common.removeTitle(guide().name), text: words.removeText(guide().matched), verb: common.remove,
      act: async () => {
        await order("DELETE", path());
        tell(common.removed(guide().name));
        await show();
      },
    }), { className: "quiet-button" }),
  };
  element.append(
    make("div", { className: "title" }, make("h3"), make("p", { className: "pill" })),
    make("p", { className: "facts quiet" }),
    bar,
    make("p", { className: "path quiet" }),
    make("p", { className: "origin quiet wrap" }),
    make("p", { className: "error wrap" }),
    make("div", { className: "actions" }, ...Object.values(element.buttons), file));
  return element;
}

function showCard(element, guide) {
  element.guide = guide;
  const [title, facts, bar, where, origin, error] = element.children;
  say(title.firstChild, guide.name);
  title.lastChild.dataset.state = guide.state;
  say(title.lastChild, common.states[guide.state]);
  say(facts, guide.progress ? words.progress(guide.progress) : words.facts(guide));
  showReading(bar, guide);
  say(where, guide.address || words.isUploaded);
  say(origin, words.origin(guide, lastStatus()?.sources.find((source) => source.id === guide.source)?.name));
  say(error, guide.error ?? "");
  const isOurs = guide.set_in === "api";
  const isReading = guide.state === "reading";
  const hasAddress = guide.settings.url !== null;
  showButtons(element.buttons, {
    cancel: isReading, refresh: hasAddress && !isReading, upload: isOurs && !hasAddress && !isReading, edit: isOurs, remove: isOurs,
  }, guide.name);
}
