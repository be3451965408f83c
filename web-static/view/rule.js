// A rule, or a template, in a dialog.

import { field, formOf, input, openDialog, select } from "../dialog.js";
import { button, make } from "../dom.js";
import { texts } from "../texts.js";

const words = texts.rule;
const FIELDS = ["name", "group", "tvg_id", "url"];
const WRITING = ["rename", "regroup", "set_logo", "set_tvg_id"];

/** `done` is given the rule as it is to be, or `null` where it is to go. */
export function ruleDialog(rule, { draft, configured }, done) {
  const name = input({ value: rule?.name ?? "", required: true, maxLength: 64 });
  const action = select(Object.entries(words.actions), rule?.action ?? "exclude");
  const pattern = input({ value: rule?.pattern ?? "", maxLength: 2048, className: "code" });
  const fields = FIELDS.map((key) => make("input", { type: "checkbox", value: key, checked: rule ? rule.fields.includes(key) : key === "name" }));
  const sources = input({ value: (rule?.sources ?? []).join(", ") });
  const cases = make("input", { type: "checkbox", checked: rule?.case_sensitive ?? false });
  const text = input({ value: rule?.with ?? "", maxLength: 512, className: "code" });
  const first = make("input", { type: "number", min: 1, max: 65535, value: rule?.first ?? "" });
  const last = make("input", { type: "number", min: 1, max: 65535, value: rule?.last ?? "" });
  const writes = field("with", words.with, text, words.withHint);
  const numbers = make("div", { className: "pair" }, field("first", words.first, first), field("last", words.last, last, words.lastHint));
  const show = () => {
    writes.hidden = !WRITING.includes(action.value);
    numbers.hidden = action.value !== "renumber";
    first.required = action.value === "renumber";
  };
  action.addEventListener("change", show);
  show();
  const templates = [...configured.templates, ...draft.templates];
  const offered = templates.map((template) => button(`{{${template.name}}}`, () => {
    pattern.setRangeText(`{{${template.name}}}`, pattern.selectionStart, pattern.selectionEnd, "end");
    pattern.focus();
  }, { className: "chip" }));

  const form = formOf({
    verb: words.take,
    extra: rule ? button(words.remove, () => {
      dialog.close();
      done(null);
    }, { className: "quiet-button" }) : null,
    submit: () => {
      const wanted = {
        name: name.value.trim(), enabled: rule?.enabled ?? true,
        sources: sources.value.split(",").map((source) => source.trim()).filter(Boolean),
        fields: fields.filter((box) => box.checked).map((box) => box.value),
        pattern: pattern.value, case_sensitive: cases.checked, action: action.value,
      };
      if (WRITING.includes(action.value)) wanted.with = text.value;
      if (action.value === "renumber") {
        wanted.first = Number(first.value);
        if (last.value) wanted.last = Number(last.value);
      }
      const isTaken = draft.rules.some((other) => other !== rule && other.name === wanted.name);
      if (isTaken) throw new Error(`name: ${words.nameTaken}`);
      return wanted;
    },
    done: (wanted) => {
      dialog.close();
      if (wanted) done(wanted);
    },
    cancel: () => dialog.close(),
  },
  make("div", { className: "pair" }, field("name", words.name, name), field("action", words.action, action)),
  field("pattern", words.pattern, pattern, words.patternHint),
  offered.length ? make("div", { className: "chips", role: "group", "aria-label": texts.rules.templates }, ...offered) : null,
  make("fieldset", { className: "inline" }, make("legend", { textContent: words.fields }),
    ...fields.map((box) => make("label", { className: "option" }, box, make("span", { textContent: words.fieldNames[box.value] })))),
  writes, numbers,
  make("details", { className: "more" }, make("summary", { textContent: texts.source.more }),
    field("sources", words.sources, sources, words.sourcesHint), field("case_sensitive", words.cases, cases)));
  const dialog = openDialog({ title: rule ? texts.editOf(rule.name) : texts.rules.add, className: "wide" }, form);
  name.focus();
}

export function templateDialog(template, done) {
  const name = input({ value: template?.name ?? "", required: true, maxLength: 64, pattern: "[A-Za-z0-9_\\-]+" });
  const pattern = input({ value: template?.pattern ?? "", required: true, maxLength: 2048, className: "code" });
  const form = formOf({
    verb: words.take,
    extra: template ? button(words.remove, () => {
      dialog.close();
      done(null);
    }, { className: "quiet-button" }) : null,
    submit: () => ({ name: name.value.trim(), pattern: pattern.value }),
    done: (wanted) => {
      dialog.close();
      if (wanted) done(wanted);
    },
    cancel: () => dialog.close(),
  }, field("name", words.name, name, words.templateNameHint), field("pattern", words.pattern, pattern, words.patternHint));
  const dialog = openDialog({ title: template ? texts.editOf(template.name) : texts.rules.addTemplate }, form);
  name.focus();
}
