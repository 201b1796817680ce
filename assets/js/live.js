// The one stream of this tab. It carries hints ("applications" changed, "resync"); elements that name the hint in hx-trigger fetch
// themselves again. hx-sse reconnects; what it leaves undone is done here: a first connect that fails, a sign-in that has ended,
// a stream that ends as soon as it opens, and telling the person.
import { say } from "./page.js";

const LONGEST = 60_000;
const HEALTHY = 3_000;
const stream = document.getElementById("live");
let failures = 0;
let openedAt = 0;
let stopped = false;
let wasOpen = false;
let timer;

function show(state) {
  for (const place of document.querySelectorAll("[data-live-status]")) {
    const quiet = place.dataset.liveStatus === "trouble" && state === "live";
    const text = quiet ? "" : say({ live: "live", reconnecting: "reconnecting", "caught-up": "caughtUp", stopped: "signedOut" }[state]);
    if (quiet) delete place.dataset.state;
    else place.dataset.state = state;
    if (place.textContent !== text) place.textContent = text;
  }
}

function stop() {
  stopped = true;
  clearTimeout(timer);
  show("stopped");
}

function retry() {
  clearTimeout(timer);
  if (stopped) return;
  failures += 1;
  show("reconnecting");
  const longest = Math.min(LONGEST, 1000 * 2 ** failures);
  timer = setTimeout(connect, longest * (0.5 + Math.random() / 2));
}

function connect() {
  if (document.hidden) return document.addEventListener("visibilitychange", connect, { once: true });
  stream.dispatchEvent(new CustomEvent("live:connect"));
}

if (stream) {
  stream.addEventListener("htmx:sse:after:connection", () => {
    openedAt = Date.now();
    show(wasOpen ? "caught-up" : "live");
    if (wasOpen) {
      document.body.dispatchEvent(new CustomEvent("live:again"));
      timer = setTimeout(() => show("live"), 4000);
    }
    wasOpen = true;
  });

  stream.addEventListener("htmx:sse:before:message", () => {
    if (Date.now() - openedAt > HEALTHY) failures = 0;
  });

  // Before each reconnect. Ours is slower than hx-sse's when the last stream ended at once (204, a proxy's error page).
  stream.addEventListener("htmx:sse:before:connection", (event) => {
    if (stopped) return event.preventDefault();
    if (!event.detail.connection.attempt) return;
    if (!document.hidden) show("reconnecting");
    if (Date.now() - openedAt < HEALTHY && openedAt && event.detail.connection.attempt === 1 && !document.hidden) {
      event.preventDefault();
      openedAt = 0;
      retry();
    }
  });

  stream.addEventListener("htmx:sse:error", (event) => {
    if (event.detail.status === 401) stop();
  });

  // A first connect that was not answered with a stream.
  stream.addEventListener("htmx:finally:request", (event) => {
    if (stream._htmx?.sse || stopped) return;
    if (event.detail.ctx.response?.status === 401) stop();
    else retry();
  });
}
