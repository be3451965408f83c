// A list of any length, of which only the rows that are seen exist. Rows come by pages, each of which
// names the next, so what is far down is reached by way of what is above it.
//
// To a screen reader it is a grid with one focus (aria-activedescendant): arrow keys, Page up and down,
// Home and End move, Space selects, Shift extends, Enter opens.

import { freshId, make } from "./dom.js";

/** Rows beyond the edges that are kept ready. */
const SPARE = 8;
/** Rows that are asked for before they are reached. */
const AHEAD = 200;

/** `load(after)` gives `{ rows, next, total }`, `total` being a guess of all; `create()` a row element and
 *  `fill(element, row)` what it shows; `open(row)` and `selected()` are told. */
export function virtualList({ label, load, create, fill, open, selected, empty, failed }) {
  const prefix = freshId();
  const body = make("div", { className: "rows-all", role: "rowgroup" });
  const note = make("p", { className: "list-note quiet", role: "status" });
  const grid = make("div", { className: "grid-list", role: "grid", tabIndex: 0, "aria-label": label, "aria-multiselectable": "true" }, body);
  const box = make("div", { className: "list-box" }, grid, note);
  const shown = new Map();
  const chosen = new Set();
  let rows = [];
  let next = null;
  let total = 0;
  let isWhole = false;
  let loading = null;
  let epoch = 0;
  let height = 48;
  let current = 0;
  let anchor = 0;
  let isBroken = false;

  const count = () => (isWhole ? rows.length : Math.max(total, rows.length + 1));
  const first = () => Math.max(0, Math.floor(grid.scrollTop / height) - SPARE);
  const last = () => Math.min(count(), Math.ceil((grid.scrollTop + grid.clientHeight) / height) + SPARE);

  function measure() {
    height = Math.max(44, Math.round(parseFloat(getComputedStyle(grid).fontSize) * 3));
    box.style.setProperty("--row", `${height}px`);
  }

  function paint() {
    const [from, to] = [first(), last()];
    body.style.height = `${count() * height}px`;
    grid.setAttribute("aria-rowcount", String(count()));
    for (const [index, element] of shown) {
      if (index >= from && index < to) continue;
      element.remove();
      shown.delete(index);
    }
    for (let index = from; index < to; index += 1) paintRow(index);
    if (to + AHEAD > rows.length && !isWhole) more();
    const active = document.getElementById(`${prefix}-${current}`);
    if (active) grid.setAttribute("aria-activedescendant", active.id);
    else grid.removeAttribute("aria-activedescendant");
  }

  function paintRow(index) {
    let element = shown.get(index);
    if (!element) {
      element = create();
      element.id = `${prefix}-${index}`;
      element.setAttribute("role", "row");
      element.setAttribute("aria-rowindex", String(index + 1));
      element.dataset.index = String(index);
      element.style.transform = `translateY(${index * height}px)`;
      shown.set(index, element);
      body.append(element);
    }
    const row = rows[index];
    element.classList.toggle("coming", row === undefined);
    element.classList.toggle("current", index === current);
    if (row === undefined) return;
    element.setAttribute("aria-selected", String(chosen.has(row.id)));
    if (element.row === row) return;
    element.row = row;
    fill(element, row);
  }

  let frame = 0;
  const repaint = () => {
    if (!frame) frame = requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  };

  /** Pages until the rows that are seen are there, one after the other. */
  async function more() {
    if (loading === epoch || isWhole) return;
    const mine = (loading = epoch);
    try {
      while (mine === epoch && !isWhole && rows.length < last() + AHEAD) {
        const page = await load(next);
        if (mine !== epoch) return;
        take(page);
      }
    } catch (problem) {
      if (mine === epoch) fail(problem);
    } finally {
      if (loading === mine) loading = null;
    }
  }

  function fail(problem) {
    isBroken = true;
    note.textContent = failed(problem);
  }

  function take(page) {
    isBroken = false;
    rows = rows.concat(page.rows);
    next = page.next;
    total = page.total;
    isWhole = next === null;
    note.textContent = isWhole && rows.length === 0 ? empty() : "";
    selected();
    repaint();
  }

  /** Everything anew: from the top, or, to stay where one is, as far as one had come. */
  async function reload({ stay = false } = {}) {
    const mine = (epoch += 1);
    loading = mine;
    const wanted = stay ? last() : 1;
    let fresh = [];
    let page;
    try {
      do {
        page = await load(page ? page.next : null);
        if (mine !== epoch) return;
        fresh = fresh.concat(page.rows);
      } while (page.next !== null && fresh.length < wanted);
    } catch (problem) {
      if (mine === epoch) fail(problem);
      return;
    } finally {
      if (loading === mine) loading = null;
    }
    rows = [];
    if (!stay) {
      grid.scrollTop = 0;
      current = anchor = 0;
      chosen.clear();
    }
    take({ ...page, rows: fresh });
    if (isWhole) {
      const ids = new Set(rows.map((row) => row.id));
      for (const id of chosen) if (!ids.has(id)) chosen.delete(id);
    }
    current = Math.min(current, Math.max(0, rows.length - 1));
    selected();
    paint();
  }

  function move(to, isRange) {
    current = Math.max(0, Math.min(rows.length - 1, to));
    const top = current * height;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + height > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + height - grid.clientHeight;
    if (isRange) range();
    else anchor = current;
    paint();
  }

  function range() {
    const [from, to] = [Math.min(anchor, current), Math.max(anchor, current)];
    chosen.clear();
    for (const row of rows.slice(from, to + 1)) chosen.add(row.id);
    selected();
  }

  function toggle(index) {
    const { id } = rows[index] ?? {};
    if (id === undefined) return;
    if (!chosen.delete(id)) chosen.add(id);
    anchor = current = index;
    selected();
    paint();
  }

  grid.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(grid.clientHeight / height) - 1);
    const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -current, End: rows.length }[event.key];
    if (step !== undefined) move(current + step, event.shiftKey);
    else if (event.key === " ") toggle(current);
    else if (event.key === "Enter" && rows[current]) open(rows[current]);
    else if (event.key === "Escape" && chosen.size) clear();
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      [anchor, current] = [0, rows.length - 1];
      range();
      paint();
    } else return;
    event.preventDefault();
  });

  grid.addEventListener("click", (event) => {
    const element = event.target.closest("[data-index]");
    const index = Number(element?.dataset.index);
    if (!element || rows[index] === undefined) return;
    if (event.shiftKey) {
      current = index;
      range();
      paint();
    } else if (event.target.closest(".tick") || event.ctrlKey || event.metaKey) toggle(index);
    else {
      current = anchor = index;
      paint();
      open(rows[index]);
    }
  });
  // Shift and a click are for rows here, not for text.
  grid.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  grid.addEventListener("scroll", repaint, { passive: true });

  function clear() {
    chosen.clear();
    selected();
    paint();
  }

  const seen = new ResizeObserver(() => {
    measure();
    for (const [index, element] of shown) element.style.transform = `translateY(${index * height}px)`;
    paint();
  });
  seen.observe(grid);

  return {
    box,
    grid,
    reload,
    clear,
    /** Ids of the chosen rows, in the order of the list. */
    chosen: () => rows.filter((row) => chosen.has(row.id)),
    loaded: () => rows.length,
    isWhole: () => isWhole,
    total: () => total,
    /** Whether something could not be asked for. */
    isBroken: () => isBroken,
    /** Shows a row that has changed; gives whether it is here. */
    update(row) {
      const index = rows.findIndex(({ id }) => id === row.id);
      if (index < 0 || rows[index].number !== row.number) return false;
      rows = rows.with(index, row);
      paint();
      return true;
    },
    end() {
      epoch += 1;
      seen.disconnect();
    },
  };
}
