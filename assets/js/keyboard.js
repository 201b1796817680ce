// Shortcuts. data-shortcut="a" or "g l" on a link, button or field presses or focuses it; data-shortcut-label names it in the sheet.
import { isTyping, on } from "./page.js";
import { openPalette } from "./palette.js";

const PAUSE = 900;
let first = "";
let timer;

const sheet = document.getElementById("shortcuts");
const holders = () => [...document.querySelectorAll("[data-shortcut]")].filter((element) => !element.disabled);
const holding = (keys) => {
  const top = [...document.querySelectorAll("dialog[open]")].pop();
  return holders().find((element) => element.dataset.shortcut === keys && (!top || top.contains(element)));
};
const startsSequence = (key) => holders().some((element) => element.dataset.shortcut.startsWith(`${key} `));

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k" && document.getElementById("palette")) {
    event.preventDefault();
    return openPalette();
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") return openSheet();
  press(event);
});

function press(event) {
  const keys = first ? `${first} ${event.key}` : event.key;
  first = "";
  clearTimeout(timer);
  const element = holding(keys);
  if (element) {
    event.preventDefault();
    element.matches("input, textarea, select") ? element.focus() : element.click();
  } else if (startsSequence(event.key)) {
    first = event.key;
    timer = setTimeout(() => (first = ""), PAUSE);
  }
}

function openSheet() {
  if (!sheet || document.querySelector("dialog[open]")) return;
  const list = sheet.querySelector("[data-shortcut-list]");
  for (const row of list.querySelectorAll("[data-collected]")) row.remove();
  const seen = new Set();
  for (const element of holders()) {
    if (seen.has(element.dataset.shortcut)) continue;
    seen.add(element.dataset.shortcut);
    list.append(row(element));
  }
  sheet.showModal();
}

function row(element) {
  const row = document.createElement("div");
  row.dataset.collected = "true";
  const term = document.createElement("dt");
  term.textContent = element.dataset.shortcutLabel || element.getAttribute("aria-label") || element.textContent.trim();
  const keys = document.createElement("dd");
  for (const key of element.dataset.shortcut.split(" ")) {
    keys.append(Object.assign(document.createElement("kbd"), { className: "kbd", textContent: key }), " ");
  }
  row.append(term, keys);
  return row;
}

on("click", "[data-open-shortcuts]", openSheet);
