// Backups: all that Dipole was told, as a file, and such a file in the place of what is here.

import { download, get, lastStatus, pollStatus, upload } from "../api.js";
import { field, formOf, openDialog } from "../dialog.js";
import { button, make, say, section } from "../dom.js";
import { tell } from "../tell.js";
import { texts } from "../texts.js";
import { filePart, uploadBar } from "./parts.js";

const words = texts.backup;
/** What was restored, over the reload that follows. */
const RESTORED = "dipole-restored";
/** How long the browser may take to begin with a file that it was given. */
const TAKEN_MS = 60000;
const ASK_MS = 500;
/** Where nothing says that Dipole begins again, it has done so by then. */
const SEEN_MS = 5000;
const BEGINS_AGAIN_MAX_MS = 60000;

export function backupSection() {
  return section(words.title, {},
    make("p", { className: "quiet", textContent: words.how }),
    make("div", { className: "actions" }, button(words.make, makeDialog), button(words.restore, restoreDialog)));
}

const secret = (properties) => make("input", { type: "password", minLength: 8, maxLength: 1024, ...properties });

// ---- made

function makeDialog() {
  const passphrase = secret({ autocomplete: "new-password", required: true });
  const again = secret({ autocomplete: "new-password", required: true });
  const without = make("input", { type: "checkbox" });
  const sealed = make("div", { className: "pair" },
    field("passphrase", words.passphrase, passphrase, words.passphraseHint), field("again", words.again, again));
  // What cannot be filled in is not asked for either.
  without.addEventListener("change", () => (sealed.hidden = passphrase.disabled = again.disabled = without.checked));
  const form = formOf({
    verb: words.download,
    submit: async () => {
      if (!without.checked && passphrase.value !== again.value) throw new Error(`again: ${words.notAlike}`);
      save(await download("/backup", without.checked ? { without_secrets: true } : { passphrase: passphrase.value }));
    },
    done: () => {
      dialog.close();
      tell(words.made);
    },
    cancel: () => dialog.close(),
  }, sealed, field("without_secrets", words.without, without, words.withoutHint));
  const dialog = openDialog({ title: words.makeTitle, className: "wide" }, form);
  passphrase.focus();
}

/** Gives a file to the browser, to be kept where it keeps such. */
function save({ file, name }) {
  const href = URL.createObjectURL(file);
  make("a", { href, download: name ?? words.fileName }).click();
  setTimeout(() => URL.revokeObjectURL(href), TAKEN_MS);
}

// ---- restored

function restoreDialog() {
  const part = filePart({ label: words.file, hint: words.fileHint, accept: ".dipole" });
  const passphrase = secret({ autocomplete: "off" });
  const asNew = make("input", { type: "checkbox" });
  const bar = uploadBar();
  const said = make("p", { className: "quiet", role: "status" });
  const form = formOf({
    verb: words.restoreDo,
    danger: true,
    submit: async () => {
      const { file } = part.value();
      const before = lastStatus()?.device;
      const headers = passphrase.value ? { "X-Dipole-Passphrase": encodeURIComponent(passphrase.value) } : {};
      bar.hidden = false;
      try {
        const told = await upload(`/restore${asNew.checked ? "?as_new_device=true" : ""}`, file, { headers, progress: (sent) => (bar.value = sent) });
        say(said, words.waiting);
        return { told, isAnew: await hasBegunAgain(before, told.is_other_device) };
      } catch (problem) {
        throw placed(problem);
      } finally {
        bar.hidden = true;
      }
    },
    done: ({ told, isAnew }) => {
      if (isAnew) {
        sessionStorage.setItem(RESTORED, JSON.stringify(told));
        location.reload();
        return;
      }
      dialog.close();
      showTold(told);
      pollStatus();
    },
    cancel: () => dialog.close(),
  },
  make("p", { className: "quiet", textContent: words.restoreHow }),
  ...part.fields,
  field("passphrase", words.passphrase, passphrase, words.passphraseMade),
  field("as_new_device", words.asNew, asNew, words.asNewHint), bar, said);
  const dialog = openDialog({ title: words.restoreTitle, className: "wide" }, form);
}

/** The API does not say at which field it is, but it is one of two. */
function placed(problem) {
  if (![400, 413].includes(problem.status) || problem.message.startsWith("passphrase: ")) return problem;
  problem.message = `${problem.message.includes("passphrase") ? "passphrase" : "file"}: ${problem.message}`;
  return problem;
}

/** Whether Dipole has begun again, which it does to be another device or to read other guides. It is only
 *  told of the former, so it is looked at for a while. */
async function hasBegunAgain(before, isOther) {
  const began = Date.now();
  let end = began + (isOther ? BEGINS_AGAIN_MAX_MS : SEEN_MS);
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    try {
      const { device } = await get("/status");
      if (before && (device.id !== before.id || device.uptime_s < before.uptime_s)) return true;
    } catch {
      // It is between two lives.
      end = began + BEGINS_AGAIN_MAX_MS;
    }
  }
  return isOther;
}

/** What was restored before the page was loaded anew, if it was for that. */
export function showRestored() {
  const kept = sessionStorage.getItem(RESTORED);
  if (kept === null) return;
  sessionStorage.removeItem(RESTORED);
  showTold(JSON.parse(kept));
}

function showTold(told) {
  const lines = [
    words.of(told), words.counts(told),
    told.is_other_device && words.isOther,
    told.has_configuration && words.hasConfiguration,
    told.incomplete.length > 0 && words.incomplete(told.incomplete),
  ].filter(Boolean);
  openDialog({ title: words.restored, className: "restored" },
    make("ul", { className: "rows" }, ...lines.map((line) => make("li", {}, make("p", { className: "grow wrap", textContent: line })))),
    told.incomplete.length > 0 ? make("p", {}, make("a", { href: "#/sources", className: "button", textContent: words.toSources })) : null);
}
