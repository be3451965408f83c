// Guide: where programmes come from, and the address at which clients get them.

import { watchStatus } from "../api.js";
import { make, match, say, section } from "../dom.js";
import { address } from "../tell.js";
import { texts } from "../texts.js";

const words = texts.guide;

export function open({ view }) {
  const list = make("ul", { className: "cards" });
  const out = address(words.out);
  const gzip = address(words.outGzip);
  view.append(
    section(words.guides, {}, make("p", { className: "quiet", textContent: words.how }), list),
    section(words.out, {}, make("p", { className: "quiet", textContent: words.outHow }), out, gzip));
  const close = watchStatus((status) => {
    if (!status) return;
    out.show(status.addresses.xmltv);
    gzip.show(`${status.addresses.xmltv}.gz`);
    match(list, status.guides, (guide) => guide.name, card, showGuide);
    list.dataset.empty = status.guides.length ? "" : words.none;
  });
  return { close };
}

function card() {
  return make("li", { className: "card" },
    make("div", { className: "title" }, make("h3"), make("p", { className: "pill" })),
    make("p", { className: "quiet" }),
    make("p", { className: "quiet path" }),
    make("p", { className: "error" }));
}

function showGuide(element, guide) {
  const [title, facts, where, error] = element.children;
  say(title.firstChild, guide.name);
  title.lastChild.dataset.state = guide.state;
  say(title.lastChild, texts.sources.states[guide.state]);
  say(facts, words.facts(guide));
  say(where, guide.address);
  say(error, guide.error ?? "");
}
