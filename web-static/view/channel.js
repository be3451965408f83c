// One channel at the side: what it is called, its streams with the reason for each, its programme.

import { get, order } from "../api.js";
import { field, formOf, input } from "../dialog.js";
import { button, freshId, iconButton, make, say } from "../dom.js";
import { address, tell, tellChange } from "../tell.js";
import { texts } from "../texts.js";
import { programme } from "./programme.js";
import { streamList } from "./streams.js";

const words = texts.channel;

/** `changed(row)` is told of a channel as it is now, or of nothing where the list has to be read. */
export function channelPanel({ id, sources, changed, close, showGroup }) {
  const titleId = freshId();
  const title = make("h2", { id: titleId, tabIndex: -1 });
  const body = make("div", { className: "panel-body" });
  const inside = make("div", { className: "panel" },
    make("div", { className: "title" }, title, iconButton("close", texts.close, () => end())), body);
  const element = make("aside", { className: "side", "aria-labelledby": titleId }, inside);
  let frame = null;

  function end() {
    if (frame) frame.close();
    else close();
  }
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || frame) return;
    event.preventDefault();
    close();
  });

  /** What came of an order: shown here and in the list. */
  async function done(told) {
    tellChange(told, async () => {
      await load(false);
      changed();
    });
    await load(false);
  }
  const act = (work) => work().then(done, (problem) => tell(problem.message));

  async function load(isFirst = true) {
    let channel;
    try {
      channel = await get(`/channels/${id}`);
    } catch (problem) {
      body.replaceChildren(make("p", { className: "notice", role: "alert", textContent: problem.status === 404 ? words.gone : problem.message }));
      if (!isFirst) changed();
      return;
    }
    say(title, channel.name);
    const nameOf = (source) => sources().find((known) => known.id === source)?.name ?? texts.builtIn;
    const focus = body.contains(document.activeElement);
    body.replaceChildren(
      names(channel, done),
      make("h3", { textContent: words.streams(channel.streams) }),
      streamList(channel, nameOf, act),
      make("h3", { textContent: words.guide }),
      programme(channel, { act, done }),
      make("h3", { textContent: words.address }),
      address(words.addressOf(channel.name), `${channel.stream_base}/auto/v${channel.number}`),
      ...(channel.vod ? [make("p", {}, make("a", { href: channel.stream_base + channel.vod, textContent: words.film }))] : []),
      ...(channel.group ? [button(words.wholeGroup(channel.group), () => showGroup(channel.group), { className: "quiet-button" })] : []));
    if (isFirst || focus) title.focus({ preventScroll: true });
    if (!isFirst) changed(channel);
  }

  return {
    element,
    load,
    /** Where there is no room at the side: over everything. */
    dialog() {
      frame = make("dialog", { className: "sheet", "aria-labelledby": titleId }, inside);
      frame.addEventListener("close", () => close());
      element.replaceChildren(frame);
      frame.showModal();
    },
  };
}

/** Name, number, group, and whether it is in the lineup. */
function names(channel, done) {
  const inputs = {
    name: input({ value: channel.name, maxLength: 200, required: true }),
    number: input({ value: channel.number, inputMode: "decimal", required: true, maxLength: 11 }),
    group: input({ value: channel.group, maxLength: 200 }),
    enabled: make("input", { type: "checkbox", checked: channel.enabled, className: "switch" }),
    favourite: make("input", { type: "checkbox", checked: channel.favourite, className: "switch" }),
  };
  const swap = make("input", { type: "checkbox" });
  const swapField = field("swap", texts.bulk.renumberSwap, swap);
  swapField.hidden = true;
  const wasRenamed = channel.name !== channel.original_name;
  return formOf({
    verb: texts.save,
    cancel: null,
    submit: async () => {
      const wanted = {};
      for (const [key, { type, checked, value }] of Object.entries(inputs)) {
        const now = type === "checkbox" ? checked : value.trim();
        if (now !== channel[key]) wanted[key] = now;
      }
      if (wanted.name === channel.original_name) wanted.name = null;
      if (wanted.group === "") wanted.group = null;
      if (Object.keys(wanted).length === 0) return null;
      if (swap.checked) wanted.swap = true;
      try {
        return await order("PATCH", `/channels/${channel.id}`, wanted);
      } catch (problem) {
        if (problem.status === 409 && wanted.number) {
          swapField.hidden = false;
          problem.message = `number: ${problem.message}`;
        }
        throw problem;
      }
    },
    done: (told) => told && done(told),
  },
  field("name", words.name, inputs.name, wasRenamed ? words.original(channel.original_name) : undefined),
  make("div", { className: "pair" }, field("number", words.number, inputs.number), field("group", words.group, inputs.group)),
  swapField,
  make("div", { className: "pair" }, field("enabled", words.enabled, inputs.enabled), field("favourite", words.favourite, inputs.favourite)));
}
