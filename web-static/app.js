// The page: asks the API for the state every two seconds while it is visible, and for channels
// when somebody looks for them. Nothing here keeps state that a reload would lose.

import { editForm, showUndo, takeBack } from "./edit.js";
import { texts } from "./texts.js";

const POLL_MS = 2000;
const ANSWER_MAX_MS = 8000;
const SEARCH_PAUSE_MS = 200;
/** From this many tuners on only those in use are listed. */
const TUNERS_LISTED_MAX = 8;

const $ = (id) => document.getElementById(id);

/** An element with properties and children; texts become text nodes, never markup. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the children of `list` match `items`: known keys are updated in place, so that focus,
 *  selection and scroll position stay. */
function match(list, items, keyOf, create, update) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = String(keyOf(item, index));
    let child = known.get(key);
    if (child) known.delete(key);
    else {
      child = create(item);
      child.dataset.key = key;
    }
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
    update(child, item);
  });
  known.forEach((child) => child.remove());
}

async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.status === 202 ? null : answer.json();
}

// ---- telling and copying

let toldTimer;
function tell(text) {
  say($("told"), text);
  $("told").classList.add("shown");
  clearTimeout(toldTimer);
  toldTimer = setTimeout(() => $("told").classList.remove("shown"), 4000);
}

/** The clipboard API is for https only; a tuner at home has none, so the old way is kept. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return tell(texts.copied);
  } catch {
    const field = make("textarea", { value: text, className: "hidden", readOnly: true });
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    tell(done ? texts.copied : texts.notCopied);
  }
}

function copyButton(label, value) {
  const button = make("button", { type: "button", className: "copy", textContent: texts.copy });
  button.setAttribute("aria-label", label);
  button.addEventListener("click", () => copy(value()));
  return button;
}

// ---- the state

function stateOf(status) {
  if ([...status.sources, ...status.guides].some((source) => source.state === "failed")) return "trouble";
  return status.tuners.in_use.some((tuner) => tuner.playing) ? "playing" : "ready";
}

function showState(state) {
  $("state").dataset.state = state;
  say($("state"), texts.states[state]);
}

function showDevice({ device }) {
  say($("name"), device.name);
  say($("facts"), texts.facts(device.version, device.id, device.uptime_s));
  if (document.title !== device.name) document.title = device.name;
}

function showTuners({ tuners, clients }) {
  const { count, in_use: used } = tuners;
  const playing = used.filter((tuner) => tuner.playing).length;
  say($("tuners-sum"), texts.tunersSum(playing, count, clients.count));
  const busy = new Map(used.map((tuner) => [tuner.index, tuner]));
  const rows = count <= TUNERS_LISTED_MAX
    ? Array.from({ length: count }, (_, index) => busy.get(index) ?? { index })
    : used;
  match($("tuners"), rows, (tuner) => tuner.index, createTuner, updateTuner);
  $("tuners").dataset.empty = rows.length ? "" : texts.noTunerInUse;
}

function createTuner() {
  const next = make("button", { type: "button", hidden: true, textContent: texts.nextStream });
  next.addEventListener("click", async () => {
    try {
      await ask(`/api/v1/tuners/${next.dataset.tuner}/failover`, { method: "POST", headers: { "X-Dipole": "1" } });
      tell(texts.nextStreamAsked);
      run();
    } catch {
      tell(texts.nextStreamFailed);
    }
  });
  return make("li", {},
    make("span", { className: "dot" }),
    make("div", {}, make("strong"), make("p", { className: "quiet" })),
    make("p", { className: "end quiet" }),
    next);
}

function updateTuner(row, { index, viewers, holder, locked, playing }) {
  const [dot, middle, end, next] = row.children;
  next.hidden = !(playing?.streams > 1);
  if (playing) {
    next.dataset.tuner = index;
    next.title = texts.nextStreamOf(playing.name);
  }
  dot.dataset.state = playing ? playing.state : locked ? "locked" : "free";
  say(middle.firstChild, playing ? `${playing.number}  ${playing.name}` : texts.tuner(index));
  const facts = playing
    ? [
        texts.tuner(index),
        playing.detail ?? texts.tunerStates[playing.state],
        ...(playing.streams > 1 ? [texts.backup(playing.stream, playing.streams)] : []),
        ...(playing.direct ? [texts.direct] : []),
        ...(playing.standby ? [texts.standby(playing.standby)] : []),
        texts.viewers(viewers),
      ].join(" · ")
    : locked ? texts.tunerLocked(holder) : texts.tunerIdle;
  say(middle.lastChild, facts);
  say(end, playing ? texts.rate(playing.bits_per_second) : "");
}

function showAddresses({ addresses }) {
  match($("addresses"), texts.addresses, (player) => player.name, (player) => {
    const code = make("code", { tabIndex: 0 });
    return make("li", { className: "address" },
      make("div", {}, make("strong", { textContent: player.name }), make("p", { className: "quiet", textContent: player.hint })),
      make("div", { className: "value" }, code, copyButton(texts.copyAddress(player.name), () => code.textContent)));
  }, (row, player) => say(row.querySelector("code"), player.value(addresses)));
}

// What a source can be told: to stop reading, or to take the list that was held back.
function sourceButton(id, verb) {
  const button = make("button", { type: "button", hidden: true, textContent: texts.sourceVerbs[verb] });
  button.addEventListener("click", async () => {
    try {
      await ask(`/api/v1/sources/${id}/${verb}`, { method: "POST", headers: { "X-Dipole": "1" } });
      run();
    } catch {
      tell(texts.sourceRefused);
    }
  });
  return button;
}

function showSources({ sources, guides }) {
  const rows = [
    ...sources.map((source) => ({ ...source, facts: source.progress ? texts.sourceProgress(source.progress) : texts.sourceFacts(source) })),
    ...guides.map((guide) => ({ ...guide, facts: texts.guideFacts(guide) })),
  ];
  match($("sources"), rows, (source) => `${source.id ?? "guide"} ${source.name}`, (source) => make("li", {},
    make("div", {}, make("strong"), make("p", { className: "quiet" }), make("p", { className: "quiet path" }), make("p", { className: "quiet" }), make("p", { className: "error" }),
      sourceButton(source.id, "cancel"), sourceButton(source.id, "accept")),
    make("p", { className: "end pill" })), (row, source) => {
    const [name, facts, address, account, error, cancel, accept] = row.firstChild.children;
    say(name, source.name);
    say(facts, source.facts);
    say(address, source.address ?? texts.uploaded);
    say(account, source.account ? texts.accountFacts(source.account) : "");
    cancel.hidden = source.id === undefined || source.state !== "reading";
    accept.hidden = !source.held_back;
    say(error, source.error ?? "");
    row.lastChild.dataset.state = source.state;
    say(row.lastChild, texts.sourceStates[source.state]);
  });
  $("sources").dataset.empty = sources.length ? "" : texts.noSources;
}

function showMemory({ memory }) {
  const planned = memory.rows.reduce((sum, row) => sum + row.limit_bytes, 0);
  const sum = texts.memorySum(planned, memory.budget_bytes);
  say($("memory-sum"), sum);
  $("memory-bar").setAttribute("aria-label", sum);
  const all = Math.max(planned, memory.budget_bytes, 1);
  match($("memory-bar"), memory.rows, (row) => row.name, () => make("span", {}, make("i")), (part, row) => {
    part.title = row.name;
    part.style.width = `${row.limit_bytes / all * 100}%`;
    const used = row.used_bytes === null ? 1 : Math.min(1, row.used_bytes / Math.max(1, row.limit_bytes));
    part.firstChild.style.height = `${used * 100}%`;
  });
  match($("memory"), memory.rows, (row) => row.name, () => make("li", {},
    make("span", { className: "swatch" }), make("span"), make("span", { className: "quiet" }), make("span", { className: "end" })), (line, row) => {
    const [, name, count, use] = line.children;
    say(name, row.name);
    say(count, texts.memoryRow(row));
    say(use, texts.memoryUse(row));
  });
}

/** What the length of the lineup means to some client. */
function showNotice({ lineup }) {
  $("notice").hidden = lineup.notice === null;
  say($("notice"), lineup.notice ?? "");
}

function showSettings({ settings }) {
  match($("settings"), settings, (setting) => setting.key, () =>
    make("tr", {}, make("th", { scope: "row" }, make("code")), make("td"), make("td")), (row, setting) => {
    const [key, value, origin] = row.children;
    say(key.firstChild, setting.key);
    say(value, setting.value);
    row.dataset.origin = setting.origin;
    say(origin, texts.origins[setting.origin]);
  });
}

let lineupSeen;
async function poll() {
  try {
    const status = await ask("/api/v1/status");
    showState(stateOf(status));
    for (const show of [showDevice, showTuners, showAddresses, showSources, showMemory, showSettings, showNotice]) show(status);
    const { channels, bytes } = status.lineup;
    if (lineupSeen !== `${channels}/${bytes}`) {
      lineupSeen = `${channels}/${bytes}`;
      loadChannels();
    }
  } catch {
    showState("unreachable");
  }
  $("main").dataset.filled = "yes";
}

let pollTimer;
async function run() {
  clearTimeout(pollTimer);
  if (document.hidden) return;
  await poll();
  clearTimeout(pollTimer);
  pollTimer = setTimeout(run, POLL_MS);
}

// ---- the channels

let shown = 0;
let next = null;
/** Counts searches: an answer to an older one is dropped. */
let search = 0;

async function loadChannels(after = null) {
  const mine = search += 1;
  const query = new URLSearchParams({ limit: "100", state: $("inactive").checked ? "all" : "active" });
  if (after !== null) query.set("after", after);
  const wanted = encodeURIComponent($("search").value.trim());
  try {
    const page = await ask(`/api/v1/channels?${query}&search=${wanted}`);
    if (mine !== search) return;
    showChannels(page, after !== null);
    if (after === null) await showUndo($("undo"));
  } catch {
    if (mine !== search) return;
    lineupSeen = undefined;
    say($("channels-sum"), texts.channelsFailed);
  }
}

function showChannels(page, isMore) {
  const rows = page.channels.map((channel) => channelRow(channel, page.stream_base));
  if (isMore) {
    $("list").append(...rows);
    rows[0]?.querySelector("button").focus({ preventScroll: true });
  } else {
    $("list").replaceChildren(...rows);
    $("scroll").scrollTop = 0;
    shown = 0;
  }
  shown += rows.length;
  next = page.next;
  $("more").hidden = next === null;
  $("list").dataset.empty = shown ? "" : texts.noChannels;
  say($("channels-sum"), texts.channelsSum(shown, page.total, next !== null));
}

function channelRow(channel, base) {
  const name = make("span", { className: "name", textContent: channel.name });
  if (channel.hd) name.append(" ", make("abbr", { textContent: texts.hd }));
  if (channel.favourite) name.append(" ", texts.favouriteMark);
  if (!channel.enabled) name.append(" ", make("small", { className: "quiet", textContent: texts.inactive }));
  const edit = make("button", { type: "button", className: "copy", textContent: texts.edit });
  edit.setAttribute("aria-label", texts.editOf(channel.name));
  const row = make("li", {},
    make("span", { className: "number", textContent: channel.number }),
    name,
    make("span", { className: "quiet group", textContent: channel.group }),
    ...(channel.vod === null ? [] : [make("a", { className: "quiet", href: base + channel.vod, textContent: texts.file, title: texts.fileOf(channel.name) })]),
    copyButton(texts.copyChannel(channel.name), () => `${base}/auto/v${channel.number}`),
    edit);
  edit.addEventListener("click", () => {
    const place = make("li", {}, editForm(channel, (told) => {
      place.replaceWith(row);
      edit.focus({ preventScroll: true });
      if (told === undefined) return;
      tell(told);
      loadChannels();
    }));
    row.replaceWith(place);
  });
  return row;
}

// ---- start

for (const element of document.querySelectorAll("[data-text]")) say(element, texts[element.dataset.text]);
$("search").placeholder = texts.searchHint;
showState("waiting");

let searchTimer;
$("search").addEventListener("input", () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => loadChannels(), SEARCH_PAUSE_MS);
});
$("inactive").addEventListener("change", () => loadChannels());
$("undo").addEventListener("click", async () => {
  tell(await takeBack($("undo")));
  loadChannels();
});
$("more").addEventListener("click", () => loadChannels(next));
$("refresh").addEventListener("click", async () => {
  try {
    await ask("/api/v1/sources/refresh", { method: "POST", headers: { "X-Dipole": "1" } });
    tell(texts.refreshAsked);
    run();
  } catch {
    tell(texts.refreshFailed);
  }
});
document.addEventListener("visibilitychange", run);
run();
