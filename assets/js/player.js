// The player of a recording: speed, chapters and transcript that jump, going on where one left, and saying what was watched.
// What played is kept as whole seconds and sent in batches; what could not be sent is sent with the next.
import { appearing } from "./page.js";

const EVERY = 15_000; // milliseconds between two reports while it plays
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

appearing("[data-player]", (player) => {
  const media = player.querySelector("video, audio");
  if (!media) return;
  goOn(media, player);
  watch(media, player);
  speed(media, player);
  jumps(media);
  follow(media);
  mark(media, [...document.querySelectorAll("[data-chapter]")], "chapter");
  learn(media, player);
  renew(media, player);
});

// Begins where the address says, or where one left; at the beginning when that was the end.
function goOn(media, player) {
  const asked = player.dataset.start;
  const place = Number(asked || player.dataset.position || 0);
  const go = () => {
    if (place > 0 && (asked || place < media.duration * 0.97 - 1)) media.currentTime = place;
  };
  if (media.readyState >= 1) go();
  else media.addEventListener("loadedmetadata", go, { once: true });
}

function watch(media, player) {
  const spans = []; // [first, last) in whole seconds, not reported yet
  let from = null, at = 0, looked = 0, busy = false;

  // A stretch counts while it plays on by itself: a jump ends one and begins another.
  const begin = () => { from = at = media.currentTime; looked = performance.now(); };
  const end = (last = media.currentTime) => {
    if (from === null) return;
    const span = [Math.floor(from), last >= media.duration - 0.5 ? Math.ceil(media.duration) : Math.floor(last)];
    if (span[1] > span[0]) spans.push(span);
    from = null;
  };
  const step = () => {
    const moved = media.currentTime - at, passed = (performance.now() - looked) / 1000;
    if (media.paused || media.seeking) return;
    if (from === null) return begin();
    if (moved < 0 || moved > passed * media.playbackRate + 1) { end(at); return begin(); }
    at = media.currentTime;
    looked = performance.now();
  };
  const cut = () => { const on = from !== null && !media.paused && !media.ended; end(); if (on) begin(); };

  const body = (ranges) => new URLSearchParams({
    _csrf_token: csrf(), opened: player.dataset.opened, position: Math.floor(media.currentTime || 0),
    ranges: ranges.map(([first, last]) => `${first}-${last}`).join(","),
  });
  const take = () => { cut(); return spans.splice(0, 150); };

  async function report() {
    if (busy || player.dataset.length) return;
    const ranges = take();
    if (!ranges.length) return;
    busy = true;
    try {
      const answer = await fetch(player.dataset.views, { method: "POST", body: body(ranges), keepalive: true, credentials: "same-origin" });
      if (answer.ok) show(await answer.json());
      else if (answer.status >= 500 || answer.status === 429) spans.unshift(...ranges);
    } catch {
      spans.unshift(...ranges); // the network is away: with the next
    } finally {
      busy = false;
    }
  }
  // The page goes: a beacon outlives it.
  const leave = () => {
    if (player.dataset.length) return;
    const ranges = take();
    if (ranges.length && !navigator.sendBeacon(player.dataset.views, body(ranges))) spans.unshift(...ranges);
  };
  const show = ({ percent, is_watched }) => {
    const bar = document.querySelector("[data-watched-bar]"), text = document.querySelector("[data-watched-text]");
    if (bar) bar.value = percent;
    if (text) text.textContent = text.dataset[is_watched ? "done" : "words"].replace("{percent}", percent);
  };

  media.addEventListener("playing", begin);
  media.addEventListener("timeupdate", step);
  media.addEventListener("seeking", () => end(at));
  for (const type of ["pause", "ended", "waiting"]) media.addEventListener(type, () => { end(); report(); });
  setInterval(() => { if (!media.paused) report(); }, EVERY);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
}

// A film elsewhere whose length nobody typed: this player says it once, and what was watched counts from then on.
function learn(media, player) {
  const address = player.dataset.length;
  if (!address) return;
  const say = async () => {
    const seconds = Math.round(media.duration);
    if (!Number.isFinite(seconds) || seconds < 1) return;
    try {
      const body = new URLSearchParams({ _csrf_token: csrf(), seconds });
      const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok) return;
      delete player.dataset.length;
      document.querySelector("[data-watched]")?.removeAttribute("hidden");
    } catch { /* the network is away: the next visit says it */ }
  };
  if (media.readyState >= 1) say();
  else media.addEventListener("loadedmetadata", say, { once: true });
}

function speed(media, player) {
  const choice = player.querySelector("[data-speed]");
  choice?.addEventListener("change", () => { media.playbackRate = media.defaultPlaybackRate = Number(choice.value); });
}

// Lines of the transcript and chapters are links to ?t=; here they jump without loading the page.
function jumps(media) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-jump]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    media.currentTime = Number(link.dataset.jump);
    media.play().catch(() => {});
  });
}

// Marks the last of these that has begun: the chapter that is on, the line that is being said.
function mark(media, items, name, then) {
  const starts = items.map((item) => Number(item.dataset[name]));
  let on = null;
  media.addEventListener("timeupdate", () => {
    let now = null;
    for (let number = 0; number < starts.length && starts[number] <= media.currentTime + 0.05; number++) now = items[number];
    if (now === on) return;
    on?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
    on = now;
    then?.(now);
  });
}

// Follows what is said, and finds words in the transcript.
function follow(media) {
  const lines = [...document.querySelectorAll("[data-line]")];
  mark(media, lines, "line", (now) => {
    const box = now?.closest("[data-transcript]");
    if (box && !box.matches(":hover, :focus-within")) box.scrollTop = now.offsetTop - box.clientHeight / 3;
  });
  const search = document.querySelector("[data-transcript-search]"), count = document.querySelector("[data-transcript-count]");
  search?.addEventListener("input", () => {
    const words = search.value.trim().toLowerCase();
    let found = 0;
    for (const line of lines) {
      const fits = line.textContent.toLowerCase().includes(words);
      line.hidden = !fits;
      found += fits;
    }
    if (count) count.textContent = words ? (found === 1 ? count.dataset.one : count.dataset.many.replace("{count}", found)) : "";
  });
}

// The address of the film runs out after a while: the page asks for the next, and goes on where it was.
function renew(media, player) {
  let renewed = 0;
  media.addEventListener("error", async () => {
    const place = media.currentTime, address = player.dataset.address;
    const fails = () => { player.querySelector("[data-player-error]").hidden = false; };
    if (!address || Date.now() - renewed < 10_000) return fails();
    renewed = Date.now();
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return fails();
      const played = !media.paused;
      media.src = await answer.text();
      media.addEventListener("loadedmetadata", () => { media.currentTime = place; if (played) media.play().catch(() => {}); }, { once: true });
    } catch {
      fails();
    }
  });
}
