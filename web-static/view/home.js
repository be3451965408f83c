// Home: what plays, the addresses that clients are given, the memory, and whether all is well.

import { order, pollStatus, watchStatus } from "../api.js";
import { iconButton, make, match, say, section } from "../dom.js";
import { address, tell } from "../tell.js";
import { texts } from "../texts.js";

const words = texts.home;
/** From this many tuners on only those in use are listed. */
const TUNERS_LISTED_MAX = 8;

export function open({ view }) {
  const parts = [tuners(), sources(), addresses(), memory()];
  const notice = make("p", { className: "notice", role: "status", hidden: true });
  const columns = [[0, 1], [2, 3]].map((column) => make("div", { className: "column" }, ...column.map((index) => parts[index].element)));
  const deck = make("div", { className: "deck", dataset: { filled: "no" } }, ...columns);
  view.append(notice, deck);
  const close = watchStatus((status) => {
    if (!status) return;
    notice.hidden = status.lineup.notice === null;
    say(notice, status.lineup.notice ?? "");
    for (const part of parts) part.show(status);
    deck.dataset.filled = "yes";
  });
  return { close };
}

// ---- tuners

function tuners() {
  const sum = make("p", { className: "quiet" });
  const list = make("ul", { className: "rows" });
  return {
    element: section(words.tuners, { end: sum }, list),
    show({ tuners: { count, in_use: used }, clients }) {
      say(sum, words.tunersSum(used.filter((tuner) => tuner.playing).length, count, clients.count));
      const busy = new Map(used.map((tuner) => [tuner.index, tuner]));
      const rows = count <= TUNERS_LISTED_MAX
        ? Array.from({ length: count }, (_, index) => busy.get(index) ?? { index })
        : used;
      match(list, rows, (tuner) => tuner.index, tunerRow, showTuner);
      list.dataset.empty = rows.length ? "" : words.noTunerInUse;
    },
  };
}

function tunerRow() {
  const next = iconButton("next", words.next, async () => {
    try {
      await order("POST", `/tuners/${next.dataset.tuner}/failover`);
      tell(words.nextAsked);
      pollStatus();
    } catch (problem) {
      tell(problem.message);
    }
  });
  return make("li", {},
    make("span", { className: "dot" }),
    make("div", { className: "grow" }, make("strong"), make("p", { className: "quiet" })),
    make("p", { className: "end quiet" }),
    next);
}

function showTuner(row, { index, viewers, holder, locked, playing }) {
  const [dot, middle, end, next] = row.children;
  next.hidden = !(playing?.streams > 1);
  next.dataset.tuner = index;
  if (playing) next.title = next.ariaLabel = words.nextOf(playing.name);
  dot.dataset.state = playing ? playing.state : locked ? "locked" : "free";
  say(middle.firstChild, playing ? `${playing.number}  ${playing.name}` : words.tuner(index));
  const facts = playing
    ? [
        playing.detail ?? words.tunerStates[playing.state],
        texts.viewers(viewers),
        playing.streams > 1 && words.stream(playing.stream, playing.streams),
        playing.direct && words.direct,
        playing.standby && words.standby(playing.standby),
        words.tuner(index),
      ].filter(Boolean).join(" · ")
    : locked ? words.locked(holder) : words.idle;
  say(middle.lastChild, facts);
  say(end, playing ? texts.rate(playing.bits_per_second) : "");
}

// ---- addresses

function addresses() {
  const rows = words.players.map((player) => ({ player, value: address(player.name) }));
  return {
    element: section(words.add, {}, make("ul", { className: "rows" }, ...rows.map(({ player, value }) =>
      make("li", { className: "address" },
        make("div", {}, make("strong", { textContent: player.name }), make("p", { className: "quiet", textContent: player.hint })),
        value)))),
    show: (status) => rows.forEach(({ player, value }) => value.show(player.value(status.addresses))),
  };
}

// ---- sources and guides, in short

function sources() {
  const list = make("ul", { className: "rows" });
  return {
    element: section(words.sources, { end: make("a", { href: "#/sources", textContent: words.allSources }) }, list),
    show(status) {
      const rows = [
        ...status.sources.map((source) => ({ ...source, href: "#/sources", facts: source.progress ? texts.sources.progress(source.progress) : texts.sources.facts(source) })),
        ...status.guides.map((guide) => ({ ...guide, href: "#/guide", facts: texts.guide.facts(guide) })),
      ];
      match(list, rows, (row) => `${row.href} ${row.id ?? ""} ${row.name}`, () => make("li", {},
        make("div", { className: "grow" }, make("a", { className: "strong" }), make("p", { className: "quiet" }), make("p", { className: "error" })),
        make("p", { className: "pill" })), (row, source) => {
        const [name, facts, error] = row.firstChild.children;
        name.href = source.href;
        say(name, source.name);
        say(facts, source.facts);
        say(error, source.error ?? "");
        row.lastChild.dataset.state = source.state;
        say(row.lastChild, texts.sources.states[source.state]);
      });
      list.dataset.empty = rows.length ? "" : words.noSources;
    },
  };
}

// ---- memory

function memory() {
  const sum = make("p", { className: "quiet" });
  const bar = make("div", { className: "bar", role: "img" });
  const list = make("ul", { className: "rows thin plan" });
  return {
    element: section(words.memory, { end: sum }, bar, list),
    show({ memory: { rows, budget_bytes: budget } }) {
      const planned = rows.reduce((all, row) => all + row.limit_bytes, 0);
      say(sum, words.memorySum(planned, budget));
      bar.setAttribute("aria-label", words.memorySum(planned, budget));
      const all = Math.max(planned, budget, 1);
      match(bar, rows, (row) => row.name, () => make("span", {}, make("i")), (part, row) => {
        part.title = row.name;
        part.style.width = `${row.limit_bytes / all * 100}%`;
        const used = row.used_bytes === null ? 1 : Math.min(1, row.used_bytes / Math.max(1, row.limit_bytes));
        part.firstChild.style.height = `${used * 100}%`;
      });
      match(list, rows, (row) => row.name, () => make("li", {},
        make("span", { className: "swatch" }), make("span"), make("span", { className: "quiet count" }), make("span", { className: "end" })), (line, row) => {
        const [, name, count, use] = line.children;
        say(name, row.name);
        say(count, words.memoryRow(row));
        say(use, words.memoryUse(row));
      });
    },
  };
}
