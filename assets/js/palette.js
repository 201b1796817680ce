// Ctrl/Cmd-K: pages are filtered here, people are searched by the server, which answers with links.
import { on } from "./page.js";

const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const results = palette?.querySelector("#palette-results");
const none = palette?.querySelector("#palette-none");
let wait;

const options = () => [...palette.querySelectorAll(".palette-results a")].filter((link) => !link.hidden);
const selected = () => palette.querySelector('a[aria-selected="true"]');

export function openPalette() {
  if (!palette || palette.open) return;
  field.value = "";
  palette.showModal();
  filter();
}

function filter() {
  const words = field.value.toLowerCase().trim().split(/\s+/);
  for (const link of palette.querySelectorAll("#palette-pages a")) {
    link.hidden = !words.every((word) => link.textContent.toLowerCase().includes(word));
  }
  clearTimeout(wait);
  if (field.value.trim().length < 2) palette.querySelector("#palette-people").replaceChildren();
  else wait = setTimeout(() => field.dispatchEvent(new CustomEvent("palette:search")), 180);
  refresh();
}

function refresh() {
  palette.querySelectorAll("#palette-people a").forEach((link, at) => {
    link.id ||= `palette-person-${at}`;
    link.tabIndex = -1;
    link.setAttribute("role", "option");
  });
  for (const heading of palette.querySelectorAll("#palette-people :is(h2, h3, p)")) heading.setAttribute("role", "presentation");
  const found = options().length > 0;
  none.hidden = found;
  // A list box without options is none.
  results.toggleAttribute("role", found);
  if (found) results.setAttribute("role", "listbox");
  field.setAttribute("aria-expanded", String(found));
  select(options()[0]);
}

function select(link) {
  selected()?.setAttribute("aria-selected", "false");
  link?.setAttribute("aria-selected", "true");
  link?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", link?.id ?? "");
}

function move(step) {
  const links = options();
  if (links.length) select(links[(links.indexOf(selected()) + step + links.length) % links.length]);
}

const KEYS = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => selected()?.click() };

if (palette) {
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  palette.addEventListener("htmx:after:swap", refresh);
  palette.querySelector("[data-palette]").addEventListener("submit", (event) => event.preventDefault());
  on("click", "[data-open-palette]", (_opener, event) => {
    event.preventDefault();
    openPalette();
  });
  if (/Mac|iPhone|iPad/.test(navigator.platform)) for (const key of document.querySelectorAll("[data-command-key]")) key.textContent = "⌘K";
}
