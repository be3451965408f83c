// The streams of a channel in their order: why each is one of its, how good it promises to be, which
// comes first. Moved by hand, the first is the primary and the next three its backups.

import { order } from "../api.js";
import { button, make, say } from "../dom.js";
import { handle, sortable } from "../reorder.js";
import { texts } from "../texts.js";

const words = texts.streams;
/** The primary, and backups behind it. */
const PLACED_MAX = 4;

export function streamList(channel, nameOf, act) {
  const { stream_list: streams, id } = channel;
  const said = make("p", { className: "hidden", role: "status" });
  const list = make("ol", { className: "rows streams" }, ...streams.map((stream, index) => row(stream, index, { channel, nameOf, act })));
  const patch = (body) => act(() => order("PATCH", `/channels/${id}`, body));
  sortable(list, said, (from, to) => {
    const keys = streams.map((stream) => stream.id);
    keys.splice(to, 0, ...keys.splice(from, 1));
    const placed = streams.map((stream) => stream.place !== "automatic").lastIndexOf(true);
    const [primary, ...backups] = keys.slice(0, Math.min(PLACED_MAX, Math.max(placed, Math.min(from, to)) + 1));
    patch({ primary, backups });
  });
  const isPlaced = streams.some((stream) => stream.place !== "automatic");
  const automatic = button(words.automatic, () => patch({ primary: null, backups: null }));
  return make("div", {}, said, streams.length > 1 ? make("p", { className: "quiet", textContent: words.how }) : null, list, isPlaced ? automatic : null);
}

function row(stream, index, { channel, nameOf, act }) {
  const isOne = channel.stream_list.length === 1;
  const place = make("span", { className: "mark" });
  say(place, words.place(stream, index));
  return make("li", { className: stream.place },
    isOne || stream.id === null ? null : handle(stream.name),
    make("div", { className: "grow" },
      make("strong", { className: "wrap" }, stream.name, " ", stream.hd ? make("abbr", { textContent: texts.hd, title: texts.hdLong }) : null),
      make("p", { className: "quiet wrap", textContent: [nameOf(stream.source), stream.group, stream.tvg_id].filter(Boolean).join(" · ") }),
      make("p", { className: "reason wrap", textContent: words.reason(stream.reason) }),
      make("p", { className: "facts" }, place, make("meter", { min: 0, max: 1000, value: stream.score, "aria-label": words.score(stream.score), title: words.score(stream.score) }),
        make("span", { className: "quiet", textContent: String(stream.score) }))),
    isOne || stream.id === null ? null : button(words.split, () => act(() => order("POST", `/channels/${channel.id}/split`, { streams: [stream.id] })), { "aria-label": words.splitOf(stream.name) }));
}
