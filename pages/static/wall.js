// A wall requests its numbers every second, and says when it gets none: old numbers must not pass for new ones.
const AWAY_AFTER = 4000;
let heard = Date.now();
let ahead = Number(document.body.dataset.at) - Date.now();

function show({ at, figures }) {
  heard = Date.now();
  ahead = at - heard;
  for (const one of figures) {
    const place = document.querySelector(`[data-key="${one.key}"]`);
    place.dataset.look = one.look;
    place.dataset.since = one.since;
    place.querySelector("i").textContent = one.sign;
    if (!one.since) place.querySelector("b").textContent = one.value;
  }
}

function tick() {
  const now = new Date(Date.now() + ahead);
  document.querySelector("time").textContent = now.toLocaleTimeString("ko-KR", { hour12: false, timeZone: "Asia/Seoul" });
  for (const one of document.querySelectorAll('[data-since]:not([data-since=""])')) {
    const seconds = Math.max(0, Math.floor((now - Number(one.dataset.since)) / 1000));
    one.querySelector("b").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  const away = Date.now() - heard > AWAY_AFTER;
  document.body.toggleAttribute("data-away", away);
  document.querySelector("[role=status]").hidden = !away;
}

async function ask() {
  try {
    const answer = await fetch(`${location.pathname}/numbers${location.search}`, { cache: "no-store" });
    if (answer.status === 404) return location.reload();
    if (answer.ok) show(await answer.json());
  } catch {
    // the next second tries again; the page shows the age of its numbers
  }
}

tick();
setInterval(tick, 1000);
setInterval(ask, 1000);
