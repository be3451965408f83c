// The frame: which view is open, what stands in the rail, and the state of the device. The route is in
// the address, so that a reload, a bookmark and the back button do what they say.
//
// Beside it: `view/` has a module for each view and for what is large in one; `texts.js` every word;
// `api.js` all that is asked of Dipole; `dom.js`, `dialog.js`, `list.js`, `reorder.js` and `tell.js` what
// views are made of. A new view is a module with `open({ view, head, query, keep })`, which gives
// `{ close }`, and a line in `VIEWS`, `texts.nav`, the icons, `index.html` and `page.rs`.

import { lastStatus, pollStatus, watchStatus } from "./api.js";
import { icon, make, say } from "./dom.js";
import { texts } from "./texts.js";
import * as channels from "./view/channels.js";
import * as guide from "./view/guide.js";
import * as home from "./view/home.js";
import * as rules from "./view/rules.js";
import * as settings from "./view/settings.js";
import * as sources from "./view/sources.js";

const VIEWS = { home, channels, sources, rules, guide, settings };
const $ = (id) => document.getElementById(id);

let open = null;
let device = "Dipole";

/** The view and what it is asked for, as the address has them: `#/channels?search=news`. */
function route() {
  const [name, asked] = location.hash.replace(/^#\/?/, "").split("?");
  return { name: name in VIEWS ? name : "home", query: new URLSearchParams(asked) };
}

const hrefOf = (name) => (name === "home" ? "#/" : `#/${name}`);

function showTitle() {
  const title = open?.name === "home" ? device : `${texts.nav[open?.name]} · ${device}`;
  if (document.title !== title) document.title = title;
}

function go() {
  const { name, query } = route();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  const isFirst = open === null;
  open?.close?.();
  const main = $("main");
  const title = make("h1", { textContent: name === "home" ? texts.home.title(lastStatus() ? playing(lastStatus()) : 0) : texts.nav[name], tabIndex: -1 });
  const head = make("div", { className: "head" }, title);
  const view = make("div", { className: `view ${name}` }, head);
  main.replaceChildren(view);
  for (const link of $("nav").querySelectorAll("a")) {
    if (link.getAttribute("href") === hrefOf(name)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  open = { name, title, ...VIEWS[name].open({ view, head, query, keep: (pairs) => keep(name, pairs) }) };
  showTitle();
  if (!isFirst) {
    scrollTo(0, 0);
    title.focus({ preventScroll: true });
  }
}

/** Writes what a view is asked for into the address; nothing is opened anew. */
function keep(name, pairs) {
  const query = new URLSearchParams(Object.entries(pairs).filter(([, value]) => value));
  history.replaceState(null, "", query.size ? `#/${name}?${query}` : hrefOf(name));
}

const playing = (status) => status.tuners.in_use.filter((tuner) => tuner.playing).length;

function stateOf(status) {
  if ([...status.sources, ...status.guides].some((source) => source.state === "failed")) return "trouble";
  return playing(status) > 0 ? "playing" : "ready";
}

function show(status) {
  const state = status ? stateOf(status) : "unreachable";
  $("state").dataset.state = state;
  say($("state"), texts.states[state]);
  if (!status) return;
  device = status.device.name;
  say($("name"), device);
  say($("facts"), texts.facts(status.device));
  if (open?.name === "home") say(open.title, texts.home.title(playing(status)));
  showTitle();
}

say($("skip"), texts.skip);
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("main").focus();
});
$("nav").setAttribute("aria-label", texts.navLabel);
$("nav").append(make("ul", {}, ...Object.keys(VIEWS).map((name) =>
  make("li", {}, make("a", { href: hrefOf(name) }, icon(name), make("span", { textContent: texts.nav[name] }))))));
say($("state"), texts.states.waiting);
addEventListener("hashchange", go);
go();
watchStatus(show);
pollStatus();
