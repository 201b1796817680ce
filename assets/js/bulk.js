// Ticked rows: the bar with what can be done to them, all on this page, or all that match.
import { on, say } from "./page.js";

const rows = (id) => [...document.querySelectorAll(`.row-check[form="${CSS.escape(id)}"]`)];
// form.id would be the boxes, whose name is "id".
const idOf = (form) => form.getAttribute("id");
let last = null;

function count(id) {
  const bar = document.getElementById(id);
  if (!bar) return;
  const boxes = rows(id);
  const ticked = boxes.filter((box) => box.checked).length;
  const page = document.querySelector(`[data-check-page="${CSS.escape(id)}"]`);
  const all = bar.querySelector("[data-bulk-all]");
  if (ticked < boxes.length && all) all.checked = false;
  if (page) {
    page.checked = ticked > 0 && ticked === boxes.length;
    page.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  bar.dataset.active = ticked > 0;
  const total = Number(bar.dataset.total);
  const label = bar.querySelector("[data-bulk-count]");
  if (all?.checked) label.textContent = say("selectedAll", { count: total.toLocaleString("en-IN") });
  else label.textContent = ticked === 1 ? say("selectedOne") : say("selectedMany", { count: ticked });
  if (all) all.closest("label").hidden = ticked < boxes.length || total <= boxes.length;
}

on("click", ".row-check", (box, event) => {
  if (event.shiftKey && last?.isConnected) tickBetween(last, box);
  last = box;
});

function tickBetween(from, to) {
  const boxes = rows(to.getAttribute("form"));
  const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  if (start >= 0) for (const box of boxes.slice(start, end + 1)) box.checked = to.checked;
}

on("change", ".row-check", (box) => count(box.getAttribute("form")));
on("change", "[data-bulk-all]", (box) => count(idOf(box.form)));
on("change", "[data-check-page]", (box) => {
  for (const row of rows(box.dataset.checkPage)) row.checked = box.checked;
  count(box.dataset.checkPage);
});

const countAll = () => document.querySelectorAll("[data-bulk]").forEach((bar) => count(idOf(bar)));
countAll();

// A list that refreshes by itself keeps its ticks; one that somebody sorts or turns the page of starts anew.
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (!ctx.sourceEvent?.isTrusted) ctx.ticked = [...document.querySelectorAll(".row-check:checked")].map((box) => [box.getAttribute("form"), box.value]);
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  for (const [id, value] of ctx.ticked ?? []) {
    const box = rows(id).find((row) => row.value === value);
    if (box) box.checked = true;
  }
  countAll();
});
