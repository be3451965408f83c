// Channels whose names are alike, side by side: why each is one of its own, and the merge that makes two
// of them one.

import { get, order } from "../api.js";
import { openDialog } from "../dialog.js";
import { button, freshId, make, say } from "../dom.js";
import { texts } from "../texts.js";

const words = texts.alike;
const PAGE_GROUPS = 20;

/** All groups in a dialog, a page at a time; `again` is called after each merge and what takes it back. */
export async function showAlike(again) {
  const sum = make("p", { className: "quiet", role: "status", textContent: texts.loading });
  const groups = make("div", { className: "alike" });
  const more = button(words.more, () => load());
  more.hidden = true;
  let cursor = "";

  async function load() {
    if (more.ariaBusy === "true") return;
    more.ariaBusy = "true";
    try {
      const page = await get(`/channels/similar?limit=${PAGE_GROUPS}&cursor=${encodeURIComponent(cursor)}`);
      // One whose channels went away meanwhile has nothing to compare.
      const fresh = page.groups.filter(({ channels }) => channels.length > 1).map(({ channels }) => group(channels, again));
      groups.append(...fresh);
      say(sum, page.total ? words.sum(page.total) : words.none);
      // The button may go away under the focus, so what it brought has it.
      if (document.activeElement === more) fresh[0]?.querySelector("h3").focus();
      cursor = page.next ?? "";
      more.hidden = page.next === null;
    } catch (problem) {
      say(sum, problem.message);
    } finally {
      more.ariaBusy = null;
    }
  }
  openDialog({ title: words.title, className: "wide" }, make("p", { className: "quiet", textContent: words.how }), sum, groups, more);
  await load();
}

/** The first is what the others may become. */
function group([first, ...others], again) {
  const id = freshId();
  return make("div", { role: "group", "aria-labelledby": id },
    make("h3", { id, tabIndex: -1, textContent: `${first.number}  ${first.name}` }),
    make("p", { className: "quiet wrap", textContent: facts(first) }),
    make("ul", { className: "rows" }, ...others.map((other) => neighbour(other, first, again))));
}

const facts = (channel) => [channel.group, texts.channels.streams(channel.streams), !channel.enabled && texts.channels.inactive].filter(Boolean).join(" · ");

/** A channel beside the first: apart from it, or one with it and the way back. What goes wrong is told
 *  here, since what is beside a dialog cannot be reached. */
function neighbour(channel, first, again) {
  const row = make("li");
  const error = make("p", { className: "error", role: "alert" });
  const act = (text, label, work) => {
    const acting = button(text, async () => {
      if (acting.ariaBusy === "true") return;
      acting.ariaBusy = "true";
      say(error, "");
      try {
        await work();
        again();
      } catch (problem) {
        say(error, problem.message);
      } finally {
        acting.ariaBusy = null;
      }
    }, { "aria-label": label });
    return acting;
  };
  const show = (lines, acting) => row.replaceChildren(make("div", { className: "grow" }, ...lines, error), acting);

  function apart() {
    const merge = act(words.merge, words.mergeOf(channel.name, first.name), async () => {
      merged(await order("POST", "/channels/merge", { ids: [first.id, channel.id] }));
    });
    show([
      make("strong", { className: "wrap", textContent: `${channel.number}  ${channel.name}` }),
      make("p", { className: "quiet wrap", textContent: facts(channel) }),
      make("p", { className: "reason wrap", textContent: channel.why_apart ?? "" }),
    ], merge);
    return merge;
  }
  function merged({ change, words: told }) {
    // Nothing to be done is nothing to be taken back.
    if (change === null) throw new Error(told || texts.saved);
    const back = act(texts.undo, texts.changes.undoOf(told), async () => {
      await order("POST", `/changes/${change}/undo`);
      apart().focus();
    });
    show([make("p", { className: "wrap", textContent: told })], back);
    back.focus();
  }
  apart();
  return row;
}
