// Times come from the server in India time. Here: the exact moment on hover, "ago" that ages, and one's own zone for who wants it.
import { appearing, on, say } from "./page.js";
import { showToast } from "./toasts.js";

const HOME = document.documentElement.dataset.zone;
const OWN = Intl.DateTimeFormat().resolvedOptions().timeZone;
const SAME = ["Asia/Kolkata", "Asia/Calcutta"].includes(OWN);

const zoneName = (date, zone) =>
  new Intl.DateTimeFormat("en-IN", { timeZone: zone, timeZoneName: "short" }).formatToParts(date).find((part) => part.type === "timeZoneName").value;

function written(date, style = "full", zone = OWN) {
  const text = new Intl.DateTimeFormat("en-IN", { ...(FORMATS[style] ?? FORMATS.full), hourCycle: "h23", timeZone: zone }).format(date);
  return style === "day" ? text : `${text} ${zoneName(date, zone)}`;
}
const FORMATS = { full: { dateStyle: "medium", timeStyle: "short" }, day: { dateStyle: "medium" }, time: { timeStyle: "short" } };
FORMATS.class = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };

const usesOwn = () => { try { return localStorage.getItem("zone") === "own" && !SAME; } catch { return false; } };

function hover(time) {
  const date = new Date(time.dateTime);
  if (!isNaN(date)) time.title = SAME ? written(date, "full", HOME) : `${written(date, "full", HOME)} · ${written(date)}`;
}

function show(time) {
  const date = new Date(time.dateTime);
  if (isNaN(date)) return;
  time.dataset.home ??= time.textContent;
  if (time.dataset.style === "ago") time.textContent = ago(date) ?? time.textContent;
  else time.textContent = usesOwn() ? written(date, time.dataset.style) : time.dataset.home;
}

function ago(date) {
  const minutes = Math.floor((Date.now() - date) / 60_000);
  if (minutes < 1) return null;
  if (minutes < 60) return say("agoMinutes", { count: minutes });
  if (minutes < 24 * 60) return say("agoHours", { count: Math.floor(minutes / 60) });
  return null;
}

function showToggle() {
  for (const button of document.querySelectorAll("[data-zone-toggle]")) {
    const text = button.querySelector("span");
    button.hidden = SAME;
    text.textContent = usesOwn() ? text.dataset.zoneOwn : text.dataset.zoneHome;
  }
}

on("click", "[data-zone-toggle]", () => {
  const own = !usesOwn();
  try { localStorage.setItem("zone", own ? "own" : "home"); } catch { return; }
  document.querySelectorAll("time[datetime]").forEach(show);
  showToggle();
  showToast(own ? say("zoneOwn", { zone: OWN }) : say("zoneHome"), "info");
});

appearing("time[datetime]", (time) => { hover(time); if (usesOwn()) show(time); });
setInterval(() => document.querySelectorAll('time[data-style="ago"]').forEach(show), 60_000);
showToggle();
