// The review queue: ticks that survive a refresh of the list, and shortcuts that bring the focus to a decision.
(() => {
  const list = () => document.querySelector("[data-keep-ticks]");
  const ticked = new Set();

  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    ticked.clear();
    if (!ctx.target?.matches?.("[data-keep-ticks]")) return;
    for (const box of list().querySelectorAll(".row-check:checked")) ticked.add(box.value);
  });

  document.addEventListener("htmx:after:swap", () => {
    for (const box of list()?.querySelectorAll(".row-check") ?? []) {
      if (!ticked.has(box.value) || box.checked) continue;
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
    ticked.clear();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-focuses]");
    if (!link) return;
    event.preventDefault();
    document.getElementById(link.dataset.focuses)?.focus();
  });

  // "toggle" does not bubble.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details[data-focus-inside][open]")) event.target.querySelector("textarea, select")?.focus();
  }, true);
})();
