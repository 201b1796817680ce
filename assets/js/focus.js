// Keeps the keyboard where it was after a swap, and brings it to the first wrong field after a failed form.
import { announce } from "./page.js";

const wrongField = (root) => root.querySelector('[aria-invalid="true"]:not([type="hidden"])');

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  ctx.hadFocus = document.activeElement !== document.body && !!ctx.target?.contains?.(document.activeElement);
  ctx.targetId = ctx.target?.id;
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.hx?.retarget === "#notices") document.getElementById("notices").scrollIntoView({ block: "nearest" });
  const region = (ctx.targetId && document.getElementById(ctx.targetId)) || ctx.target;
  if (!region?.isConnected) return;
  const wrong = ctx.response?.status === 422 && wrongField(region);
  if (wrong) wrong.focus();
  else if (ctx.hadFocus && document.activeElement === document.body) focusStart(region);
  const news = region.querySelector("[data-announce]");
  if (news && ctx.sourceEvent?.isTrusted !== false) announce(news.textContent.trim());
});

function focusStart(region) {
  const start = region.querySelector("[autofocus], h1, h2, h3") ?? region;
  if (!start.matches("a, button, input, select, textarea, [tabindex]")) start.tabIndex = -1;
  start.focus({ preventScroll: true });
}

// A whole page that was answered with 422 is a form that came back.
const [arrival] = performance.getEntriesByType("navigation");
if (arrival?.responseStatus === 422) {
  wrongField(document)?.focus();
  // An address with a #part takes the focus away again once the page is there.
  if (location.hash) addEventListener("load", () => setTimeout(() => wrongField(document)?.focus()));
}
