// What is done with many channels at once: with those that are ticked, or with all that the filter finds.

import { order } from "../api.js";
import { field, formOf, input, openDialog } from "../dialog.js";
import { button, make, say } from "../dom.js";
import { tell, tellChange } from "../tell.js";
import { texts } from "../texts.js";

const words = texts.bulk;
/** Names that the dialog of a merge lists. */
const MERGE_MAX = 50;

export function bulkBar({ list, filter, again }) {
  let isAll = false;
  const count = make("span", { className: "count" });
  const all = button("", () => {
    isAll = !isAll;
    show();
  }, { className: "quiet-button" });

  const meant = () => (isAll ? { filter: filter() } : { ids: list.chosen().map((row) => row.id) });
  const edit = async (change) => {
    const told = await order("POST", "/channels/edit", { ...meant(), ...change });
    done(told);
  };
  const done = (told) => {
    isAll = false;
    list.clear();
    tellChange(told, again);
    again();
  };
  const quick = (text, set) => button(text, () => edit({ set }).catch((problem) => tell(problem.message)));

  const merge = button(words.merge, () => mergeDialog(list.chosen(), done));
  const element = make("div", { className: "bulk", role: "toolbar", "aria-label": words.label },
    count, all,
    quick(words.enable, { enabled: true }), quick(words.disable, { enabled: false }),
    quick(words.favourite, { favourite: true }), quick(words.notFavourite, { favourite: false }),
    button(words.renumber, () => renumberDialog(list.chosen()[0], edit)),
    button(words.regroup, () => regroupDialog(list.chosen()[0], edit)),
    merge,
    button(words.clear, () => {
      isAll = false;
      list.clear();
      list.grid.focus();
    }, { className: "quiet-button" }));

  function show() {
    const chosen = list.chosen().length;
    if (chosen === 0) isAll = false;
    element.classList.toggle("shown", chosen > 0);
    element.inert = chosen === 0;
    say(count, isAll ? words.allChosen : words.chosen(chosen));
    say(all, isAll ? words.onlyChosen : words.chooseAll);
    merge.disabled = isAll || chosen < 2 || chosen > MERGE_MAX;
  }
  return { element, show };
}

function renumberDialog(first, edit) {
  const from = input({ value: first?.number ?? "", inputMode: "decimal", required: true, autofocus: true });
  from.setAttribute("autofocus", "");
  const swap = make("input", { type: "checkbox" });
  const form = formOf({
    verb: words.renumberDo,
    submit: () => edit({ number_from: from.value.trim(), swap: swap.checked }),
    done: () => dialog.close(),
  },
  make("p", { className: "quiet", textContent: words.renumberHow }),
  field("number_from", words.renumberFrom, from),
  field("swap", words.renumberSwap, swap, words.renumberSwapHint));
  const dialog = openDialog({ title: words.renumberTitle, className: "small" }, form);
}

function regroupDialog(first, edit) {
  const group = input({ value: first?.group ?? "", maxLength: 200 });
  group.setAttribute("autofocus", "");
  const form = formOf({
    verb: words.regroupDo,
    submit: () => edit({ set: { group: group.value.trim() || null } }),
    done: () => dialog.close(),
  }, field("group", words.regroupTo, group, words.regroupHint));
  const dialog = openDialog({ title: words.regroupTitle, className: "small" }, form);
}

/** The first of the ids is what they all become. */
function mergeDialog(rows, done) {
  const choices = rows.map((row, index) => {
    const radio = make("input", { type: "radio", name: "into", value: row.id, checked: index === 0 });
    return make("label", { className: "option" }, radio,
      make("span", {}, make("strong", { textContent: `${row.number}  ${row.name}` }),
        make("span", { className: "quiet", textContent: ` ${row.group} · ${texts.channels.streams(row.streams)}` })));
  });
  const form = formOf({
    verb: words.mergeDo(rows.length),
    submit: (asked) => {
      const into = asked.elements.into.value;
      const ids = [into, ...rows.map((row) => row.id).filter((id) => id !== into)];
      return order("POST", "/channels/merge", { ids });
    },
    done: (told) => {
      dialog.close();
      if (told) done(told);
    },
    cancel: () => dialog.close(),
  },
  make("fieldset", {}, make("legend", { textContent: words.mergeInto }), ...choices),
  make("p", { className: "quiet", textContent: words.mergeHow }));
  const dialog = openDialog({ title: words.mergeTitle }, form);
}
