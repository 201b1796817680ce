// A file dropped on the zone lands in its input; its name, size and an early "too large" are said beside it.
import { on, say } from "./page.js";

const zoneOf = (event) => event.target.closest?.("[data-drop-zone]");

for (const type of ["dragenter", "dragover"]) {
  document.addEventListener(type, (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.dataset.over = "true";
  });
}
document.addEventListener("dragleave", (event) => {
  const zone = zoneOf(event);
  if (zone && !zone.contains(event.relatedTarget)) delete zone.dataset.over;
});
document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  delete zone.dataset.over;
  const input = zone.querySelector('input[type="file"]');
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

on("change", '[data-drop-zone] input[type="file"]', (input) => {
  const zone = input.closest("[data-drop-zone]");
  const files = [...input.files];
  const limit = Number(zone.dataset.limit || 0);
  const large = limit ? files.find((file) => file.size > limit * 1024 * 1024) : undefined;
  const tooLarge = large ? say("fileTooLarge", { name: large.name, limit }) : "";
  input.setCustomValidity(tooLarge);
  zone.querySelector("[data-file-name]").textContent = tooLarge || files.map((file) => `${file.name} · ${size(file.size)}`).join(", ");
});

const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);
