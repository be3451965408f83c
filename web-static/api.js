// The API: asked, told, and watched. An error carries the words that the API has for it.

import { texts } from "./texts.js";

const STATUS_MS = 2000;
const ANSWER_MAX_MS = 20000;

/** What the API refuses, in its words (RFC 9457), or that it could not be reached: status 0. */
export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The answer to a request that was taken. */
async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, options);
  } catch {
    throw new Problem(0, texts.unreachable);
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  throw new Problem(answer.status, told?.detail ?? texts.answered(answer.status));
}

/** Asks; gives the answer's JSON and its `ETag`. */
export async function exchange(path, { method = "GET", body, seen } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-Dipole"] = "1";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (seen) headers["If-Match"] = seen;
  const answer = await ask(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
  });
  return { told: await answer.json().catch(() => null), tag: answer.headers.get("ETag") };
}

/** The JSON of an answer. */
export const get = async (path) => (await exchange(path)).told;

/** A change, and what came of it. */
export const order = async (method, path, body) => (await exchange(path, { method, body })).told;

/** Orders a file, which may take as long as it takes; gives it with the name that it is to have. */
export async function download(path, body) {
  const headers = { "X-Dipole": "1", "Content-Type": "application/json" };
  const answer = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  const [, name] = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "") ?? [];
  const file = await answer.blob().catch(() => {
    throw new Problem(0, texts.unreachable);
  });
  return { file, name };
}

/** Sends a file, which is not read into memory for that; gives the answer's JSON. `progress` is told the
 *  part that is on its way, 0 to 1. */
export function upload(path, file, { progress = () => {}, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1${path}`);
    for (const [key, value] of Object.entries({ "X-Dipole": "1", ...headers })) request.setRequestHeader(key, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 0));
    request.addEventListener("load", () => {
      let told = null;
      try {
        told = JSON.parse(request.responseText);
      } catch {
        // A body that is no JSON has no words for it.
      }
      if (request.status < 300) return resolve(told);
      return reject(new Problem(request.status, told?.detail ?? texts.answered(request.status)));
    });
    request.addEventListener("error", () => reject(new Problem(0, texts.unreachable)));
    request.send(file);
  });
}

// ---- the state, asked for every two seconds while the page is seen

const watchers = new Set();
let latest = null;
let timer;

/** Calls `shown` with each state, at once with the one that is known; gives what ends that. */
export function watchStatus(shown) {
  watchers.add(shown);
  if (latest) shown(latest);
  return () => watchers.delete(shown);
}

/** The state as it was known last; `null` before the first and while nothing answers. */
export const lastStatus = () => latest;

/** Asks for the state now, and from now on. */
export async function pollStatus() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    latest = await get("/status");
    for (const shown of watchers) shown(latest);
  } catch {
    for (const shown of watchers) shown(null);
  }
  clearTimeout(timer);
  timer = setTimeout(pollStatus, STATUS_MS);
}

document.addEventListener("visibilitychange", pollStatus);
