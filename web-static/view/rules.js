// Rules: what becomes of the entries of the lists, in an order that the owner sets. Changes are a draft
// until they are saved, and what they would do is shown before. The draft outlives a reload.

import { exchange, order, watchStatus } from "../api.js";
import { button, icon, make, match, say, section } from "../dom.js";
import { handle, sortable } from "../reorder.js";
import { address, tell } from "../tell.js";
import { texts } from "../texts.js";
import { showDryRun } from "./dryrun.js";
import { ruleDialog, templateDialog } from "./rule.js";

const words = texts.rules;
const DRAFT = "dipole-rules-draft";
const DRY_RUN_PAUSE_MS = 400;

export function open({ view, head }) {
  const state = { configured: { rules: [], templates: [] }, draft: { rules: [], templates: [] }, saved: "", tag: null };
  const error = make("p", { className: "notice", role: "alert", hidden: true });
  const said = make("p", { className: "hidden", role: "status" });
  const rules = make("ol", { className: "rows rule-list" });
  const fixed = make("ol", { className: "rows rule-list" });
  const templates = make("ul", { className: "rows" });
  const dryRun = make("div", { className: "dry-run" });
  const save = button(words.save, () => store(), { className: "primary" });
  const discard = button(words.discard, () => {
    sessionStorage.removeItem(DRAFT);
    load();
  });
  const again = button(words.loadAgain, () => {
    sessionStorage.removeItem(DRAFT);
    load();
  });
  const fail = (problem) => {
    error.hidden = problem === null;
    if (problem === null) return;
    error.replaceChildren(make("span", { textContent: problem.message }), ...(problem.status === 412 ? [" ", again] : []));
  };

  const isChanged = () => JSON.stringify(state.draft) !== state.saved;
  const ruleOf = (index) => state.draft.rules[index];
  /** After each change of the draft. */
  function changed() {
    if (isChanged()) sessionStorage.setItem(DRAFT, JSON.stringify({ draft: state.draft, tag: state.tag }));
    else sessionStorage.removeItem(DRAFT);
    show();
    clearTimeout(timer);
    timer = setTimeout(preview, DRY_RUN_PAUSE_MS);
  }
  let timer;

  function show() {
    save.disabled = discard.disabled = !isChanged();
    const known = (rule, index) => `${index} ${JSON.stringify(rule)}`;
    match(rules, state.draft.rules, known, (rule) => ruleRow(rule, true), showRule);
    match(fixed, state.configured.rules, known, (rule) => ruleRow(rule, false), () => {});
    match(templates, [...state.configured.templates.map((template) => ({ ...template, isFixed: true })), ...state.draft.templates],
      known, templateRow, () => {});
    rules.dataset.empty = state.draft.rules.length ? "" : words.none;
    templates.dataset.empty = templates.children.length ? "" : words.noTemplates;
    fixedPart.hidden = state.configured.rules.length === 0;
  }

  function showRule(row, rule, index) {
    row.index = index;
  }

  function ruleRow(rule, isOurs) {
    const row = make("li", { className: rule.enabled ? "" : "off" });
    const change = (to) => {
      if (to === null) state.draft.rules.splice(row.index, 1);
      else state.draft.rules[row.index] = to;
      changed();
    };
    row.append(
      ...(isOurs ? [handle(rule.name)] : []),
      make("div", { className: "grow" }, make("strong", { textContent: rule.name }),
        make("p", { className: "wrap", textContent: words.sentence(rule) }),
        rule.pattern ? make("code", { className: "wrap", textContent: rule.pattern }) : null),
      make("span", { className: "end quiet matched" }),
      ...(isOurs ? [
        make("input", { type: "checkbox", className: "switch", checked: rule.enabled, "aria-label": words.enabledOf(rule.name), onchange: (event) => change({ ...ruleOf(row.index), enabled: event.target.checked }) }),
        button(texts.edit, () => ruleDialog(ruleOf(row.index), state, change), { "aria-label": texts.editOf(rule.name) }),
      ] : [make("span", { className: "mark", textContent: texts.setInFile })]));
    return row;
  }

  function templateRow(template) {
    return make("li", {},
      make("div", { className: "grow" }, make("strong", { textContent: `{{${template.name}}}` }), make("code", { className: "wrap", textContent: template.pattern })),
      template.isFixed ? make("span", { className: "mark", textContent: texts.setInFile })
        : button(texts.edit, () => editTemplate(template), { "aria-label": texts.editOf(template.name) }));
  }

  function editTemplate(template) {
    templateDialog(template, (to) => {
      const { templates: all } = state.draft;
      const index = all.findIndex((one) => one.name === template?.name);
      if (index < 0) all.push(to);
      else if (to === null) all.splice(index, 1);
      else all[index] = to;
      changed();
    });
  }

  sortable(rules, said, (from, to) => {
    const { rules: all } = state.draft;
    all.splice(to, 0, ...all.splice(from, 1));
    const name = all[to].name;
    changed();
    [...rules.children].find((row) => row.index === to && ruleOf(to).name === name)?.querySelector(".handle").focus();
  });

  let asked = 0;
  async function preview() {
    const mine = (asked += 1);
    try {
      const run = await order("POST", "/rules/preview", state.draft);
      if (mine !== asked) return;
      fail(null);
      showDryRun(dryRun, run, [...state.configured.rules, ...state.draft.rules]);
      const all = [...fixed.children, ...rules.children];
      all.forEach((row, index) => say(row.querySelector(".matched"), words.matched(run.matched[index] ?? 0)));
    } catch (problem) {
      if (mine === asked) fail(problem);
    }
  }

  async function store() {
    try {
      ({ tag: state.tag } = await exchange("/rules", { method: "PUT", body: state.draft, seen: state.tag }));
      state.saved = JSON.stringify(state.draft);
      fail(null);
      tell(words.saved);
      changed();
    } catch (problem) {
      fail(problem);
    }
  }

  async function load() {
    try {
      const { told, tag } = await exchange("/rules");
      Object.assign(state, { configured: told.configured, draft: told.stored, saved: JSON.stringify(told.stored), tag });
      const kept = JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");
      if (kept) Object.assign(state, { draft: kept.draft, tag: kept.tag });
      fail(told.error ? { message: told.error } : null);
      show();
      await preview();
    } catch (problem) {
      fail(problem);
    }
    deck.dataset.filled = "yes";
  }

  const add = make("button", { type: "button", onclick: () => ruleDialog(null, state, (rule) => {
    state.draft.rules.push(rule);
    changed();
  }) }, icon("plus"), make("span", { textContent: words.add }));
  const addTemplate = make("button", { type: "button", onclick: () => editTemplate(null) }, icon("plus"), make("span", { textContent: words.addTemplate }));
  head.append(make("div", { className: "actions" }, discard, save));
  const fixedPart = section(words.fixed, { hidden: true }, fixed);
  const lineup = lineupPart();
  const deck = make("div", { className: "deck", dataset: { filled: "no" } },
    make("div", { className: "column" },
      section(words.rules, { end: add }, make("p", { className: "quiet", textContent: words.how }), rules), fixedPart,
      section(words.templates, { end: addTemplate }, make("p", { className: "quiet", textContent: words.templatesHow }), templates),
      lineup.element),
    make("div", { className: "column" }, section(words.dryRun, { className: "preview" }, dryRun)));
  view.append(error, said, deck);
  show();
  load();
  return {
    close() {
      clearTimeout(timer);
      lineup.close();
    },
  };
}

/** Which channels clients see: what the file says of groups and numbers, and the lineups by name. */
function lineupPart() {
  const notice = make("p", { className: "notice", hidden: true });
  const settings = make("ul", { className: "rows thin" });
  const profiles = make("ul", { className: "rows" });
  const links = make("p", { className: "actions" },
    make("a", { className: "button", href: "#/channels?favourite=1", textContent: words.favourites }),
    make("a", { className: "button", href: "#/channels?state=inactive", textContent: words.inactive }));
  const close = watchStatus((status) => {
    if (!status) return;
    notice.hidden = status.lineup.notice === null;
    say(notice, status.lineup.notice ?? "");
    match(settings, status.settings.filter(({ key }) => key.startsWith("lineup.")), ({ key }) => key,
      ({ key }) => make("li", {}, make("span", { className: "grow", textContent: texts.settings.meanings[key]?.[0] ?? key }), make("strong", { className: "end" })),
      (row, { value }) => say(row.lastChild, value));
    match(profiles, status.lineup.profiles, ({ name }) => name, ({ name }) => make("li", { className: "address" },
      make("div", {}, make("strong", { textContent: name }), make("p", { className: "quiet" })), address(name)), (row, profile) => {
      say(row.querySelector(".quiet"), texts.channelCount(profile.channels));
      row.lastChild.show(profile.base);
    });
    profiles.dataset.empty = status.lineup.profiles.length ? "" : words.noProfiles;
  });
  return { element: section(words.lineup, {}, notice, make("p", { className: "quiet", textContent: words.lineupHow }), links, settings, make("h3", { textContent: words.profiles }), profiles), close };
}
