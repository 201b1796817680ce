// Short messages. The server sends one with the header HX-Trigger: {"toast": {"kind": "success", "text": "Saved.", "undo": "/url"}}.
import { say } from "./page.js";

const SECONDS = 6;
const region = document.getElementById("toasts");

export function showToast(text, kind = "info", undo = null) {
  const prototype = document.querySelector(`template[data-toast="${kind}"]`) ?? document.querySelector('template[data-toast="info"]');
  const toast = prototype.content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = text;
  if (undo) toast.querySelector("p").after(undoForm(undo));
  region.append(toast);
  bringToFront();
  letGo(toast, undo ? SECONDS * 2 : SECONDS);
  while (region.children.length > 4) region.firstElementChild.remove();
}

// Above an open dialog: what was shown last is on top.
function bringToFront() {
  region.popover = "manual";
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}

function undoForm({ url, label }) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: url });
  const token = Object.assign(document.createElement("input"), { type: "hidden", name: "_csrf_token" });
  token.value = document.querySelector('meta[name="csrf-token"]').content;
  const button = Object.assign(document.createElement("button"), { className: "btn", textContent: label });
  Object.assign(button.dataset, { variant: "outline", size: "sm" });
  form.append(token, button);
  return form;
}

// Errors stay until dismissed; the rest waits while it is pointed at or focused.
function letGo(toast, seconds) {
  if (toast.dataset.kind === "error") return;
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), seconds * 1000));
  const stop = () => clearTimeout(timer);
  for (const type of ["pointerenter", "focusin"]) toast.addEventListener(type, stop);
  for (const type of ["pointerleave", "focusout"]) toast.addEventListener(type, start);
  start();
}

region?.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast-item").remove());
for (const toast of region?.children ?? []) letGo(toast, SECONDS);

document.addEventListener("toast", ({ detail }) => {
  const undo = typeof detail.undo === "string" ? { url: detail.undo, label: detail.undo_label ?? "Undo" } : detail.undo;
  showToast(detail.text ?? detail.value ?? say("failed"), detail.kind, undo);
});
