// One guide in a dialog: added by its address or as a file; changed later.

import { order } from "../api.js";
import { field, formOf, input, openDialog } from "../dialog.js";
import { make } from "../dom.js";
import { tell } from "../tell.js";
import { texts } from "../texts.js";
import { add, filePart, hostOf, uploadBar, wayChoice } from "./parts.js";

const words = texts.guideForm;
/** What is said of a source in the same words. */
const common = texts.source;
/** What a guide is called on a disk. */
export const GUIDE_FILES = ".xml,.xmltv,.gz";

/** The dialog for one more. */
export function addGuide(show) {
  let way = "url";
  const parts = { url: urlPart(), file: filePart({ label: words.file, hint: words.fileHint, accept: GUIDE_FILES }) };
  const name = input({ maxLength: 64 });
  const place = make("div", { className: "part" });
  const more = moreFields();
  const bar = uploadBar();

  function pick(picked) {
    way = picked;
    place.replaceChildren(...parts[way].fields);
    more.ofAddress.hidden = way === "file";
  }
  const form = formOf({
    verb: common.add,
    submit: () => {
      const { settings, file } = parts[way].value();
      const wanted = { ...more.value(), ...settings, name: name.value.trim() || settings.name };
      return add("/guides", wanted, { file, tail: "file", bar });
    },
    done: () => {
      dialog.close();
      tell(way === "file" ? texts.guide.uploaded : words.added);
      show();
    },
    cancel: () => dialog.close(),
  }, wayChoice(words.way, Object.entries(words.ways), way, pick), place, field("name", common.name, name, common.nameHint), more.element, bar);
  parts.file.named = (text) => {
    if (!name.value) name.value = text;
  };
  pick(way);
  const dialog = openDialog({ title: texts.guide.add, className: "wide" }, form);
  place.querySelector("input").focus();
}

/** The dialog for one that was added here. What is shown in place of a secret keeps it. */
export function editGuide({ id, settings }, show) {
  const part = settings.url === null ? { fields: [], value: () => ({ settings: {} }) } : urlPart(settings);
  const name = input({ value: settings.name, required: true, maxLength: 64 });
  const more = moreFields(settings);
  more.element.open = true;
  more.ofAddress.hidden = settings.url === null;
  const form = formOf({
    verb: texts.save,
    submit: () => order("PUT", `/guides/${id}`, { ...settings, ...more.value(), ...part.value().settings, name: name.value.trim() }),
    done: () => {
      dialog.close();
      show();
    },
    cancel: () => dialog.close(),
  }, field("name", common.name, name), ...part.fields, more.element);
  const dialog = openDialog({ title: common.editTitle(settings.name), className: "wide" }, form);
}

function urlPart(settings) {
  const url = input({ value: settings?.url ?? "", required: true, maxLength: 4096, inputMode: "url" });
  return {
    fields: [field("url", words.url, url, words.urlHint)],
    value: () => ({ settings: { url: url.value.trim(), name: hostOf(url.value.trim()) } }),
  };
}

/** What a guide can have besides, out of the way; how it is asked for only where it has an address. */
function moreFields(settings = {}) {
  const priority = make("input", { type: "number", step: 1, required: true, value: settings.priority ?? 0 });
  const hours = make("input", { type: "number", min: 1, max: 168, step: 1, required: true, value: settings.interval_hours ?? 12 });
  const agent = input({ value: settings.user_agent ?? "", maxLength: 256 });
  const tls = make("input", { type: "checkbox", checked: settings.tls_verify ?? true, className: "switch" });
  const ofAddress = make("div", { className: "form" },
    field("interval_hours", common.hours, hours, common.hoursHint),
    field("user_agent", common.agent, agent, common.agentHint),
    field("tls_verify", common.tls, tls, common.tlsHint));
  return {
    ofAddress,
    element: make("details", { className: "more" }, make("summary", { textContent: common.more }),
      field("priority", common.priority, priority, words.priorityHint), ofAddress),
    value: () => ({
      priority: Number(priority.value), interval_hours: Number(hours.value), user_agent: agent.value.trim() || null, tls_verify: tls.checked,
    }),
  };
}
