// One source in a dialog: added by address, account, file or from the public lists; changed later.

import { get, order } from "../api.js";
import { field, formOf, input, offer, openDialog, select } from "../dialog.js";
import { make, say } from "../dom.js";
import { tell } from "../tell.js";
import { texts } from "../texts.js";
import { add, filePart, hostOf, NAME_MAX, nameOf, uploadBar, wayChoice } from "./parts.js";

const words = texts.source;
/** What a list is called on a disk. */
export const LIST_FILES = ".m3u,.m3u8,.gz,.txt";

/** The dialog for one more; `file` was dropped. */
export function addSource(show, file = null) {
  let way = file ? "file" : "url";
  const parts = { url: urlPart(), xtream: panelPart(), file: listPart(file), public: publicPart() };
  const name = input({ maxLength: 64, value: file ? nameOf(file.name) : "" });
  const place = make("div", { className: "part" });
  const more = moreFields();
  const bar = uploadBar();

  function pick(picked) {
    way = picked;
    place.replaceChildren(...parts[way].fields);
    more.element.hidden = way === "file";
    parts[way].opened?.();
  }
  const ways = wayChoice(words.way, Object.entries(words.ways), way, pick);

  const form = formOf({
    verb: words.add,
    submit: () => {
      const { settings, file: list } = parts[way].value();
      const wanted = { ...settings, ...(way === "file" ? {} : more.value()), name: name.value.trim() || settings.name || "" };
      return add("/sources", wanted, { file: list, tail: "list", bar });
    },
    done: () => {
      dialog.close();
      tell(words.added);
      show();
    },
    cancel: () => dialog.close(),
  }, ways, place, field("name", words.name, name, words.nameHint), more.element, bar);
  parts.file.named = (text) => {
    if (!name.value) name.value = text;
  };
  parts.public.named = (text) => (name.value = text);
  pick(way);
  const dialog = openDialog({ title: words.addTitle, className: "wide" }, form);
  (place.querySelector("input:not([type=file]), select") ?? name).focus();
}

/** The dialog for one that is there. A password is not shown: what stands in its place keeps it. */
export function editSource(source, show) {
  const { settings } = source;
  const isPanel = settings.kind === "xtream";
  const part = isPanel ? panelPart(settings) : settings.url === null ? { fields: [], value: () => ({ settings: {} }) } : urlPart(settings);
  const name = input({ value: settings.name, required: true, maxLength: 64 });
  const enabled = make("input", { type: "checkbox", checked: settings.enabled, className: "switch" });
  const more = moreFields(settings);
  more.element.open = true;
  const form = formOf({
    verb: texts.save,
    submit: () => order("PUT", `/sources/${source.id}`, {
      ...settings, ...part.value().settings, ...more.value(), name: name.value.trim(), enabled: enabled.checked,
    }),
    done: () => {
      dialog.close();
      show();
    },
    cancel: () => dialog.close(),
  }, field("name", words.name, name), ...part.fields, field("enabled", words.enabled, enabled, words.enabledHint), more.element);
  const dialog = openDialog({ title: words.editTitle(settings.name), className: "wide" }, form);
}

// ---- what is said of each kind

function urlPart(settings) {
  const url = input({ value: settings?.url ?? "", required: true, maxLength: 4096, inputMode: "url" });
  return {
    fields: [field("url", words.url, url, words.urlHint)],
    value: () => ({ settings: { kind: "m3u", url: url.value.trim(), name: hostOf(url.value.trim()) } }),
  };
}

function panelPart(settings) {
  const url = input({ value: settings?.url ?? "", required: true, maxLength: 4096, inputMode: "url" });
  const username = input({ value: settings?.username ?? "", maxLength: 256 });
  const password = input({ type: "password", value: "", maxLength: 256, autocomplete: "new-password" });
  const backups = make("textarea", { value: (settings?.backup_urls ?? []).join("\n"), rows: 2, spellcheck: false });
  return {
    fields: [
      field("url", words.panel, url, words.panelHint),
      make("div", { className: "pair" }, field("username", words.username, username),
        field("password", words.password, password, settings?.password ? words.passwordKept : undefined)),
      field("backup_urls", words.backups, backups, words.backupsHint),
    ],
    value: () => ({
      settings: {
        kind: "xtream", url: url.value.trim(), username: username.value || null,
        password: password.value || settings?.password || null,
        backup_urls: backups.value.split(/\s+/).filter(Boolean),
        name: url.value.trim().replace(/^\w+:\/\//, "").split(/[/?]/)[0].slice(0, NAME_MAX),
      },
    }),
  };
}

const listPart = (dropped) => filePart({ label: words.file, hint: words.fileHint, accept: LIST_FILES, settings: { kind: "m3u" } }, dropped);

function publicPart() {
  const part = { named: () => {} };
  const shelf = select([["", texts.loading]], "");
  const list = select([], "");
  let known = null;
  const lists = () => (shelf.value === "all" ? [known.all] : known?.shelves.find(({ name }) => name === shelf.value)?.lists ?? []);
  const fill = () => {
    offer(list, lists().map(({ url, name }) => [url, name]));
    told();
  };
  const told = () => part.named(list.selectedOptions[0]?.textContent ?? "");
  shelf.addEventListener("change", fill);
  list.addEventListener("change", told);
  const error = make("p", { className: "error", role: "alert" });
  return Object.assign(part, {
    fields: [make("p", { className: "quiet", textContent: words.publicHow }), make("div", { className: "pair" }, field("shelf", words.shelf, shelf), field("url", words.list, list)), error],
    async opened() {
      if (known) return told();
      try {
        known = await get("/sources/public");
      } catch (problem) {
        return say(error, problem.message);
      }
      offer(shelf, [...known.shelves.map(({ name }) => [name, words.shelves[name] ?? name]), ["all", known.all.name]]);
      return fill();
    },
    value: () => ({ settings: { kind: "m3u", url: list.value, name: list.selectedOptions[0]?.textContent ?? "" } }),
  });
}

/** What a source can have besides, out of the way. */
function moreFields(settings = {}) {
  const priority = make("input", { type: "number", min: -100, max: 100, step: 1, value: settings.priority ?? 0 });
  const connections = make("input", { type: "number", min: 1, step: 1, value: settings.connections ?? "" });
  const hours = make("input", { type: "number", min: 1, max: 168, step: 1, value: settings.interval_hours ?? 24 });
  const agent = input({ value: settings.user_agent ?? "", maxLength: 256 });
  const sharing = select(Object.entries(words.sharings), settings.sharing ?? "shared");
  const tls = make("input", { type: "checkbox", checked: settings.tls_verify ?? true, className: "switch" });
  return {
    element: make("details", { className: "more" }, make("summary", { textContent: words.more }),
      make("div", { className: "pair" },
        field("priority", words.priority, priority, words.priorityHint),
        field("connections", words.connections, connections, words.connectionsHint)),
      make("div", { className: "pair" },
        field("interval_hours", words.hours, hours, words.hoursHint),
        field("sharing", words.sharing, sharing, words.sharingHint)),
      field("user_agent", words.agent, agent, words.agentHint),
      field("tls_verify", words.tls, tls, words.tlsHint)),
    value: () => ({
      priority: Number(priority.value), connections: connections.value === "" ? null : Number(connections.value),
      interval_hours: Number(hours.value), sharing: sharing.value, user_agent: agent.value.trim() || null, tls_verify: tls.checked,
    }),
  };
}
