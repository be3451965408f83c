// Elements: made, filled, matched with data. Texts become text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Lines of each icon, in a box of 24 by 24. */
const ICONS = {
  home: "M4 11.5 12 5l8 6.5V20h-5.5v-5h-5v5H4z",
  channels: "M4 5h16v11H4zM9 20h6M12 16v4",
  sources: "M12 4v10M8 10l4 4 4-4M4 17v3h16v-3",
  rules: "M4 6h16M7 12h10M10 18h4",
  guide: "M5 6h14v14H5zM5 10.5h14M9 3.5V7M15 3.5V7",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  close: "M6 6l12 12M18 6 6 18",
  handle: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  check: "M5 12.5l4.5 4.5L19 7.5",
  star: "M12 4.5l2.3 4.8 5.2.7-3.8 3.6.9 5.2-4.6-2.5-4.6 2.5.9-5.2L4.500 10l5.2-.7z",
  plus: "M12 5v14M5 12h14",
  next: "M6 6l8 6-8 6zM18 6v12",
  alike: "M4 9h11v11H4zM9 9V4h11v11h-5",
  undo: "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-3",
  history: "M12 7v5l3 2M4.500 9A8 8 0 1 1 4 13M4 5v4h4",
};

/** The icon of that name; it says nothing that a text beside it does not. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** An element. Names of properties are those of the DOM; `on…` are listeners, those with a dash and
 *  `role` are attributes. What is `null` or `false` among the children is left out. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, value);
    else if (key === "dataset") Object.assign(element.dataset, value);
    else element[key] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets a text, where it is another one: what is read aloud is not read twice. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A button with a text. */
export function button(text, onclick, properties = {}) {
  return make("button", { type: "button", textContent: text, onclick, ...properties });
}

/** A button that is an icon; `label` is what it is called. */
export function iconButton(name, label, onclick, properties = {}) {
  return make("button", { type: "button", className: "plain", "aria-label": label, title: label, onclick, ...properties }, icon(name));
}

/** Makes the children of `list` match `items`: known keys are updated in place, so that focus,
 *  selection and scroll position stay. */
export function match(list, items, keyOf, create, update) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = String(keyOf(item, index));
    let child = known.get(key);
    if (child) known.delete(key);
    else {
      child = create(item);
      child.dataset.key = key;
    }
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
    update(child, item, index);
  });
  known.forEach((child) => child.remove());
}

/** A part of a view, under a title of its own. */
export function section(title, properties, ...children) {
  const id = `t${(section.count = (section.count ?? 0) + 1)}`;
  const { end, ...others } = properties;
  return make("section", { "aria-labelledby": id, ...others },
    make("div", { className: "title" }, make("h2", { id, textContent: title }), end ?? null), ...children);
}

let ids = 0;
/** An id that no other element has. */
export const freshId = () => `x${(ids += 1)}`;
