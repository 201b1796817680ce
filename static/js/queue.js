// The review queue: ticks that survive "3 new: show", and shortcuts that bring the focus to a decision.
(() => {
  // A list that refreshes by itself keeps its ticks already; this is for the person who asks to see the news.
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    if (!ctx.sourceElement?.closest?.("#applications-news")) return;
    ctx.ticked = [...document.querySelectorAll(".row-check:checked")].map((box) => [box.getAttribute("form"), box.value]);
  }, true);

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
