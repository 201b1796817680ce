// What every htmx request and answer has in common.
import { say } from "./page.js";
import { showToast } from "./toasts.js";

const token = () => document.querySelector('meta[name="csrf-token"]')?.content;

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { method, headers, body } = ctx.request;
  if (/^(GET|HEAD|OPTIONS)$/.test(method)) {
    // An empty filter is no filter: keep the address short.
    for (const [name, value] of [...body]) if (value === "") body.delete(name, value);
  } else if (token()) {
    headers["x-csrftoken"] = token();
  }
});

// htmx swaps the body of an error into the target. Only a form with its errors (422), or an answer that says where it belongs, may do so.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response?.status ?? 200;
  if (status < 400 || status === 422 || ctx.hx?.retarget) return;
  event.preventDefault();
  if (ctx.sourceElement.id !== "live") showToast(status === 401 ? say("signedOut") : say("failed"), "error");
});

document.addEventListener("htmx:error", ({ detail, target }) => {
  if (target.id !== "live" && detail.error?.name !== "AbortError") showToast(say("offline"), "error");
});

// A second press while the first is under way would send a plain form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post" || form.getAttribute("target") === "_blank") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(allowAgain, 8000);
});

// The page stays when the answer is a download, and comes back as it was with the back button.
function allowAgain() {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll('[aria-busy="true"]')) button.removeAttribute("aria-busy");
}
addEventListener("pageshow", allowAgain);
