// The programme of a channel: what is on, which guide it is taken from, and another choice of that.

import { get, order } from "../api.js";
import { field, formOf } from "../dialog.js";
import { button, make, say } from "../dom.js";
import { texts } from "../texts.js";

const words = texts.programme;
const SEARCH_PAUSE_MS = 250;
/** Channels of guides that are offered at once. */
const OFFERED_MAX = 30;
/** Programmes that are told: what is on, and what comes. */
const TOLD_MAX = 2;

/** `act(work)` does an order and shows what came of it; `done(told)` is for one that was done. */
export function programme(channel, { act, done }) {
  const patch = (guide) => act(() => order("PATCH", `/channels/${channel.id}`, { guide }));
  const { guide } = channel;
  return make("div", { className: "programme" },
    onNow(channel.id),
    found(channel),
    make("p", { className: "quiet wrap choice-now", textContent: guide === null ? words.automatic : guide.source === null ? words.decidedNone : words.decided(guide) }),
    chooser(channel, patch),
    make("div", { className: "actions" },
      guide === null ? null : button(words.toAutomatic, () => patch(null)),
      guide !== null && guide.source === null ? null : button(words.toNone, () => patch({ source: null, channel: null }), { className: "quiet-button" })),
    shiftForm(channel, done));
}

/** What is on and what comes, once that is known. */
function onNow(id) {
  const lines = make("div", { className: "on-now" });
  const line = (text, className) => make("p", { className, textContent: text });
  get(`/channels/${id}/epg`).then(({ programmes }) => {
    const now = Date.now() / 1000;
    const told = programmes.filter(({ stop_unix_s: stop }) => stop > now).slice(0, TOLD_MAX);
    lines.replaceChildren(...told.map((one) => line(one.start_unix_s <= now ? words.now(one) : words.later(one), "wrap")));
  }, (problem) => lines.replaceChildren(line(problem.message, "quiet wrap")));
  return lines;
}

/** What guides have for it. */
function found({ guide_matches: matches }) {
  return make("ul", { className: "rows", dataset: { empty: matches.length ? "" : words.nothing } }, ...matches.map((match) => make("li", {},
    make("div", { className: "grow" }, make("strong", { textContent: match.guide }), make("p", { className: "quiet wrap", textContent: match.reason })),
    make("span", { className: "end", textContent: words.confidence(match.confidence_percent) }))));
}

/** Channels of guides: those that are likely, or that have the words. To read them costs the box
 *  something, so nothing is asked for before it is opened. */
function chooser(channel, patch) {
  const said = make("p", { className: "quiet", role: "status" });
  const list = make("ul", { className: "rows candidates" });
  let timer;
  let asked = 0;
  const search = make("input", {
    type: "search", autocomplete: "off", spellcheck: false, enterKeyHint: "search", maxLength: 60,
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(show, SEARCH_PAUSE_MS);
    },
  });

  async function show() {
    const mine = (asked += 1);
    const text = search.value.trim();
    say(said, texts.loading);
    let channels;
    try {
      ({ channels } = await get(`/guide/channels?limit=${OFFERED_MAX}&${text ? `q=${encodeURIComponent(text)}` : `channel=${channel.id}`}`));
    } catch (problem) {
      if (mine === asked) say(said, problem.message);
      return;
    }
    if (mine !== asked) return;
    say(said, channels.length === 0 ? (text ? words.noneFound : words.noneLikely) : text ? words.found(channels.length, OFFERED_MAX) : words.likely);
    list.replaceChildren(...channels.map((one) => candidate(one, () => patch({ source: one.source, channel: one.channel }))));
  }
  const details = make("details", { className: "more", ontoggle: () => details.open && asked === 0 && show() },
    make("summary", { textContent: words.choose }), field("guide_channel", words.search, search, words.searchHint), said, list);
  return details;
}

function candidate({ source, channel, names, confidence_percent: percent, reason }, take) {
  const name = names[0] || channel;
  const facts = [source, channel === name ? "" : channel, ...names.slice(1, 3), reason].filter(Boolean).join(" · ");
  return make("li", {},
    make("div", { className: "grow" }, make("strong", { className: "wrap", textContent: name }), make("p", { className: "quiet wrap", textContent: facts })),
    percent === null ? null : make("span", { className: "end", textContent: words.confidence(percent) }),
    button(words.take, take, { "aria-label": words.takeOf(name, source) }));
}

function shiftForm(channel, done) {
  const shift = make("input", { type: "number", value: channel.shift_min, min: -1440, max: 1440, step: 1, required: true });
  return formOf({
    verb: texts.save,
    cancel: null,
    submit: async () => {
      const wanted = Number(shift.value);
      return wanted === channel.shift_min ? null : order("PATCH", `/channels/${channel.id}`, { shift_min: wanted });
    },
    done: (told) => told && done(told),
  }, field("shift_min", words.shift, shift, words.shiftHint));
}
