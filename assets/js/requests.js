// What every htmx request and answer has in common.
import { say } from "./page.js";
import { showToast } from "./toasts.js";

// htmx looks at a page, and at what it swaps in, a moment after it is there. Whoever presses a link or sends a form in that moment, with a
// shortcut mostly, gets what it is for, not the whole page behind it. In the capture phase: what htmx adds here still hears this event.
function lookFirst({ target }) {
  const holder = target.closest?.("[hx-get], [hx-post]");
  if (holder && !holder._htmx) window.htmx.process(holder);
}
document.addEventListener("click", lookFirst, true);
document.addEventListener("submit", lookFirst, true);

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

// htmx swaps the body of an error into the target. Only a form with its errors (422), or an answer that says where it belongs, may do so;
// a notice that would land behind an open dialog becomes a toast.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const status = ctx.response?.status ?? 200;
  if (status < 400) return lookForRegion(event, ctx, tasks);
  const hidden = ctx.hx?.retarget === "#notices" && document.querySelector("dialog:modal");
  if (!hidden && (status === 422 || ctx.hx?.retarget)) return;
  event.preventDefault();
  if (ctx.sourceElement.id !== "live") showToast(status === 401 ? say("signedOut") : causeIn(ctx.text) || say("failed"), "error");
});

const byPerson = (ctx) => ctx.sourceEvent?.isTrusted;
const causeIn = (page) => new DOMParser().parseFromString(page, "text/html").querySelector("[data-cause], .notice-text")?.textContent.trim();

// An answer without the region that was asked for is another page, mostly the sign-in: go there, or say so when nobody pressed anything.
function lookForRegion(event, ctx, tasks) {
  const main = tasks.find((task) => task.type === "main");
  if (!ctx.select || !main || main.fragment.childElementCount || main.swapSpec.style === "none") return;
  event.preventDefault();
  if (byPerson(ctx)) location.assign(ctx.response.raw.url);
  else if (ctx.response.raw.redirected) showToast(say("signedOut"), "error");
}

// A refresh by itself must not throw anybody out of what they are typing.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status === 401 && ctx.hx.redirect && !byPerson(ctx)) event.preventDefault();
});

document.addEventListener("htmx:error", ({ detail, target }) => {
  if (target.id !== "live" && detail.error?.name !== "AbortError") showToast(say("offline"), "error");
});

// The second half of a double click was meant for what stood there before, not for the next one that has come in its place.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest('form[method="post"] button:not([type="button"])')) event.preventDefault();
}, true);

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
