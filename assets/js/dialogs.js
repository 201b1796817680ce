// Native dialogs: data-dialog="id" opens, a click beside closes, data-confirm and hx-confirm ask first.
import { on } from "./page.js";

on("click", "[data-dialog]", (opener, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!dialog) return;
  event.preventDefault();
  if (opener.hasAttribute("hx-get")) waitFor(document.getElementById(`${dialog.id}-body`));
  if (!dialog.open) dialog.showModal();
});

// What a panel showed before is dimmed until the new content is there.
function waitFor(body) {
  body?.setAttribute("aria-busy", "true");
  document.addEventListener("htmx:finally:request", () => body?.removeAttribute("aria-busy"), { once: true });
}

document.addEventListener("click", (event) => {
  if (event.target.matches("dialog[open]") && !insideBox(event.target, event)) event.target.close();
});

function insideBox(dialog, { clientX: x, clientY: y }) {
  const box = (dialog.querySelector(":scope > .dialog-box") ?? dialog).getBoundingClientRect();
  return (x === 0 && y === 0) || (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
}

// The server closes the dialog a form was sent from with the header HX-Trigger: close-dialog.
document.addEventListener("close-dialog", (event) => {
  const dialog = event.target.closest?.("dialog") ?? document.querySelector("dialog[open]");
  dialog?.close();
});

// A failed form inside a dialog comes back open.
for (const dialog of document.querySelectorAll("dialog.dialog[open]")) {
  dialog.close();
  dialog.showModal();
}

function ask(question, label) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-text").textContent = question;
  const yes = dialog.querySelector("[data-confirm-yes]");
  yes.dataset.text ??= yes.textContent;
  yes.textContent = label || yes.dataset.text;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!ctx.confirm) return;
  event.preventDefault();
  ask(ctx.confirm, ctx.sourceElement.dataset.confirmLabel).then((yes) => (yes ? issueRequest() : dropRequest()));
});

// In the capture phase: nobody may send the form before the answer.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const question = submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || form.dataset.confirmed) return delete form.dataset.confirmed;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(question, submitter?.dataset.confirmLabel ?? form.dataset.confirmLabel))) return;
  form.dataset.confirmed = "true";
  form.requestSubmit(submitter);
}, true);
