// Puts a message's values where the server put the first ones: data-bind (text), data-fill (bars), data-each (rows).
import { format } from "./format.js";

export function pick(value, path) {
  return path === "." ? value : path.split(".").reduce((inner, key) => inner?.[key], value);
}

export function fill(root, value) {
  for (const list of own(root, "[data-each]")) fillRows(list, pick(value, list.dataset.each) ?? []);
  for (const bar of own(root, "[data-fill]")) bar.style.setProperty("--fill", `${pick(value, bar.dataset.fill) ?? 0}%`);
  for (const text of own(root, "[data-bind]")) fillText(text, pick(value, text.dataset.bind));
}

// What stands in a row belongs to the row's item, not to the message.
function own(root, selector) {
  return [...root.querySelectorAll(selector)].filter(element => element.parentElement.closest("[data-each]") === (root.closest("[data-each]")));
}

function fillRows(list, items) {
  const template = list.querySelector("template");
  while (list.children.length - 1 < items.length) list.append(template.content.cloneNode(true));
  while (list.children.length - 1 > items.length) list.lastElementChild.remove();
  items.forEach((item, index) => fill(list.children[index + 1], item));
}

function fillText(element, value) {
  if (!element.dataset.format) {
    element.textContent = value;
    return;
  }
  const [number, unit] = format(element.dataset.format, value);
  element.firstElementChild.textContent = number;
  element.lastElementChild.textContent = unit;
}
