// data-countdown counts to the start of a class, by the server's clock. When it opens, starts or ends, the page is told as if the
// server had: what shows it fetches itself again. Without scripts the time stands there as text.
import { announce, appearing, say } from "./page.js";

const DAY = 86_400;
const clocks = new Set();

function written(seconds) {
  const days = Math.floor(seconds / DAY);
  const parts = [Math.floor((seconds % DAY) / 3600), Math.floor((seconds % 3600) / 60), Math.floor(seconds % 60)];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return days ? say(days === 1 ? "countdownDay" : "countdownDays", { days, clock }) : clock;
}

function show(clock) {
  const now = Date.now() + clock.ahead;
  const left = (clock.starts - now) / 1000;
  if (left > 0) clock.place.textContent = say("countdown", { time: written(left) });
  const passed = clock.moments.filter((moment) => moment <= now).length;
  if (passed > clock.passed) {
    clock.passed = passed;
    if (now >= clock.starts - 1000 && now < clock.ends) announce(say("countdownStarted"));
    document.body.dispatchEvent(new CustomEvent("sessions"));
  }
}

function tick() {
  for (const clock of clocks) clock.place.isConnected ? show(clock) : clocks.delete(clock);
}

appearing("[data-countdown]", (place) => {
  const [now, opens, starts, ends] = ["now", "opens", "starts", "ends"].map((name) => Date.parse(place.dataset[name]));
  const clock = { place, ahead: now - Date.now(), starts, ends, moments: [opens, starts, ends] };
  clock.passed = clock.moments.filter((moment) => moment <= now).length;
  clocks.add(clock);
  show(clock);
});
setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
