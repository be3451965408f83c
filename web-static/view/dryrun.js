// What a set of rules would make of the lists: figures, and some entries before and after.

import { make } from "../dom.js";
import { texts } from "../texts.js";

const words = texts.dryRun;
/** Samples that are shown at first. */
const SHOWN_MAX = 60;

export function showDryRun(place, run, rules) {
  const rows = run.samples.slice(0, SHOWN_MAX).map((sample) => row(sample, rules));
  place.replaceChildren(
    make("dl", { className: "figures" }, ...[
      [words.entries, run.entries], [words.kept, run.kept], [words.left, run.entries - run.kept], [words.changed, run.changed],
    ].map(([name, value]) => make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: texts.number(value) })))),
    run.complete ? "" : make("p", { className: "notice", textContent: words.partly }),
    rows.length ? table(rows) : make("p", { className: "quiet", textContent: words.nothing }),
    run.samples.length > SHOWN_MAX ? make("p", { className: "quiet", textContent: words.some }) : "");
}

function table(rows) {
  const heads = [words.before, words.after, words.by].map((text) => make("th", { scope: "col", textContent: text }));
  return make("div", { className: "table", tabIndex: 0, role: "region", "aria-label": words.samples },
    make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)));
}

function row({ before, after, kept, numbers, logo, rules: places, source }, rules) {
  const by = places.map((place) => rules[place]?.name).filter(Boolean).join(", ");
  const extra = [numbers && words.numbers(numbers), logo && words.logo].filter(Boolean).join(" · ");
  const result = kept
    ? [
        part("strong", after.name, before.name),
        part("p", after.group, before.group),
        after.tvg_id === before.tvg_id ? null : part("p", after.tvg_id, before.tvg_id),
        extra ? make("p", { className: "changed", textContent: extra }) : null,
      ]
    : [make("strong", { className: "gone", textContent: words.gone })];
  return make("tr", { className: kept ? "" : "off" },
    make("td", {}, make("strong", { textContent: before.name }), make("p", { className: "quiet", textContent: [before.group, source].filter(Boolean).join(" · ") })),
    make("td", {}, ...result.filter(Boolean)),
    make("td", { className: "quiet", textContent: by || words.notIncluded }));
}

/** A text that says by its colour and weight that it is another one now. */
const part = (tag, after, before) => make(tag, { className: after === before ? "quiet" : "changed", textContent: after || (after === before ? "" : "–") });
