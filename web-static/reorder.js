// Order by hand: a handle on each row, for the pointer, for touch and for the arrow keys.

import { iconButton, say } from "./dom.js";
import { texts } from "./texts.js";

/** The handle of a row in a list that `sortable` keeps. */
export function handle(name) {
  return iconButton("handle", texts.move(name), () => {}, { className: "plain handle" });
}

/** Lets the rows of `list` be moved by their handles; `moved(from, to)` is told. `said` is a live
 *  region that says where a row went. */
export function sortable(list, said, moved) {
  const rowOf = (event) => event.target.closest(".handle")?.closest("li");
  const placeOf = (row) => [...list.children].indexOf(row);
  const tell = (row) => say(said, texts.movedTo(placeOf(row) + 1, list.children.length));

  list.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = rowOf(event);
    if (!step || !row) return;
    event.preventDefault();
    const from = placeOf(row);
    const other = list.children[from + step];
    if (!other) return;
    if (step < 0) list.insertBefore(row, other);
    else list.insertBefore(other, row);
    row.querySelector(".handle").focus();
    tell(row);
    moved(from, from + step);
  });

  list.addEventListener("pointerdown", (event) => {
    const row = rowOf(event);
    if (!row || event.button !== 0) return;
    event.preventDefault();
    const grip = event.target.closest(".handle");
    grip.focus();
    const from = placeOf(row);
    row.classList.add("moving");
    const follow = ({ clientY }) => {
      for (const other of list.children) {
        if (other === row) continue;
        const { top, height } = other.getBoundingClientRect();
        const isBelow = placeOf(other) > placeOf(row);
        if (isBelow && clientY > top + height / 2) list.insertBefore(other, row);
        else if (!isBelow && clientY < top + height / 2) {
          list.insertBefore(row, other);
          break;
        }
      }
    };
    const end = () => {
      row.classList.remove("moving");
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      const to = placeOf(row);
      if (to === from) return;
      tell(row);
      moved(from, to);
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  });
}
