// Channels: a list of any length, its filters, what is done with many at once, and one at the side.

import { get, watchStatus } from "../api.js";
import { button, icon, iconButton, make, say } from "../dom.js";
import { offer, select } from "../dialog.js";
import { virtualList } from "../list.js";
import { texts } from "../texts.js";
import { showAlike } from "./alike.js";
import { showChanges, undoLatest } from "./changes.js";
import { bulkBar } from "./bulk.js";
import { channelPanel } from "./channel.js";

const words = texts.channels;
const SEARCH_PAUSE_MS = 200;
const PAGE_ROWS = 200;
const WIDE = matchMedia("(min-width: 68rem)");

export function open({ view, head, query, keep }) {
  const asked = {
    search: query.get("search") ?? "", state: query.get("state") ?? "active", group: query.get("group") ?? "",
    source: query.get("source") ?? "", favourite: query.get("favourite") ?? "", open: query.get("open") ?? "",
  };
  const remember = () => keep({ ...asked, state: asked.state === "active" ? "" : asked.state });
  const sum = make("p", { className: "quiet sum", role: "status" });
  let side = null;

  const list = virtualList({
    label: texts.nav.channels,
    load,
    create: emptyRow,
    fill: fillRow,
    open: (row) => openPanel(row.id),
    selected: () => {
      bar.show();
      showSum();
    },
    empty: () => words.none,
    failed: (problem) => problem.message,
  });
  const again = (options = { stay: true }) => list.reload(options);
  const filter = () => ({ ...filterOf(asked), state: asked.state });
  const bar = bulkBar({ list, filter, again, openPanel });
  const filters = filterBar(asked, () => {
    remember();
    list.reload();
  });

  head.append(make("div", { className: "actions" },
    iconButton("alike", words.alike, () => showAlike(again)),
    iconButton("undo", words.undoLatest, () => undoLatest(again)),
    button(words.history, () => showChanges(again), { className: "quiet-button" })));
  const main = make("div", { className: "list-side" }, filters.element, make("div", { className: "tools" }, sum, bar.element), list.box);
  const deck = make("div", { className: "split" }, main);
  view.append(deck);

  async function load(after) {
    const query = new URLSearchParams({ limit: String(PAGE_ROWS), state: asked.state });
    for (const [key, value] of Object.entries(filterOf(asked))) query.set(key, value);
    if (after !== null) query.set("after", after);
    // A plus is one to the API, so a space is written as such.
    const page = await get(`/channels?${query.toString().replaceAll("+", "%20")}`);
    const isFiltered = Object.keys(filterOf(asked)).length > 0;
    return { rows: page.channels, next: page.next, total: isFiltered ? 0 : page.total };
  }

  function showSum() {
    const loaded = list.loaded();
    if (list.isWhole()) say(sum, words.sum[asked.state](loaded));
    else if (list.total()) say(sum, words.sum[asked.state](list.total()));
    else if (loaded) say(sum, words.atLeast(loaded));
  }

  async function openPanel(id) {
    closePanel(false);
    const panel = channelPanel({
      id,
      sources: () => filters.sources(),
      changed: (row) => (row && list.update(row) ? undefined : again()),
      close: () => closePanel(true),
      showGroup: (group) => {
        if (!WIDE.matches) closePanel(true);
        filters.set("group", group);
      },
    });
    side = panel;
    asked.open = id;
    remember();
    if (WIDE.matches) {
      deck.append(panel.element);
      deck.classList.add("open");
    } else {
      view.append(panel.element);
      panel.dialog();
    }
    await panel.load();
  }

  function closePanel(isAsked) {
    if (!side) return;
    side.element.remove();
    side = null;
    asked.open = "";
    deck.classList.remove("open");
    if (!isAsked) return;
    remember();
    list.grid.focus({ preventScroll: true });
  }

  let seen = null;
  const unwatch = watchStatus((status) => {
    if (!status) return;
    filters.showSources(status.sources);
    const now = `${status.lineup.channels}/${status.lineup.bytes}`;
    if ((seen !== null && seen !== now) || list.isBroken()) again();
    seen = now;
  });
  bar.show();
  list.reload();
  if (asked.open) openPanel(asked.open);
  return {
    close() {
      side = null;
      unwatch();
      list.end();
    },
  };
}

/** What the list is asked for beyond its state. */
function filterOf({ search, group, source, favourite }) {
  const filter = {};
  if (search.trim()) filter.search = search.trim();
  if (group) filter.group = group;
  if (source !== "") filter.source = Number(source);
  if (favourite) filter.favourite = true;
  return filter;
}

// ---- filters

function filterBar(asked, changed) {
  let timer;
  const search = make("input", {
    type: "search", value: asked.search, placeholder: words.searchHint, "aria-label": words.search, autocomplete: "off",
    spellcheck: false, enterKeyHint: "search", maxLength: 60,
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => set("search", search.value), SEARCH_PAUSE_MS);
    },
  });
  const state = select(Object.entries(words.states), asked.state, { "aria-label": words.state, onchange: () => set("state", state.value) });
  const source = select([["", words.anySource]], "", { "aria-label": words.source, onchange: () => set("source", source.value) });
  const favourite = make("button", { type: "button", className: "toggle", "aria-label": words.onlyFavourites, title: words.onlyFavourites, onclick: () => set("favourite", asked.favourite ? "" : "1") }, icon("star"));
  const group = button("", () => set("group", ""), { className: "chip" });
  let sources = [];
  let shown = "";

  function set(key, value) {
    if (asked[key] === value) return;
    asked[key] = value;
    show();
    changed();
  }
  function show() {
    favourite.setAttribute("aria-pressed", String(asked.favourite !== ""));
    group.hidden = !asked.group;
    say(group, words.groupChip(asked.group));
  }
  show();
  return {
    element: make("div", { className: "filters", role: "search" }, search, state, source, favourite, group),
    set,
    sources: () => sources,
    showSources(known) {
      const now = known.map(({ id, name }) => `${id} ${name}`).join("\n");
      if (now === shown) return;
      sources = known.map(({ id, name }) => ({ id, name }));
      shown = now;
      offer(source, [["", words.anySource], ...sources.map(({ id, name }) => [String(id), name])], asked.source);
    },
  };
}

// ---- rows

function emptyRow() {
  const cell = (className) => make("span", { className, role: "gridcell" });
  const tick = cell("tick");
  tick.append(make("span", { className: "box" }, icon("check")));
  const name = cell("name");
  name.append(make("span", { className: "text" }), make("span", { className: "marks" }));
  return make("div", { className: "row" }, tick, cell("number"), name, cell("group"), cell("streams"), cell("score"));
}

function fillRow(element, row) {
  const [tick, number, name, group, streams, score] = element.children;
  tick.setAttribute("aria-label", words.tick);
  say(number, row.number);
  say(name.firstChild, row.name);
  const marks = [
    row.hd && make("abbr", { textContent: texts.hd, title: texts.hdLong }),
    row.favourite && make("span", { className: "star", role: "img", "aria-label": words.favourite }, icon("star")),
    row.edited.length > 0 && make("span", { className: "mark", textContent: words.edited, title: words.editedWhat(row.edited) }),
    !row.enabled && make("span", { className: "mark", textContent: words.inactive }),
  ];
  name.lastChild.replaceChildren(...marks.filter(Boolean));
  say(group, row.group);
  say(streams, row.streams > 1 ? words.streams(row.streams) : "");
  say(score, String(row.score));
  score.title = words.score;
  element.classList.toggle("off", !row.enabled);
}
