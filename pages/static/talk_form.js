// Keeps the 문의 유형 on the open form of /talk current, and shows the way back to a rating. The form works without this script;
// typed text stays. The server tells it when they change; without that it reads them when the choice gets the focus or the tab
// is shown again, and now and then in between.
const LOOK_SECONDS = 15;

async function look() {
  let page;
  try {
    const answer = await fetch(location.pathname + location.search);
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // the server is away: sending the form will say so
  }
  const here = document.getElementById("department");
  const there = page.getElementById("department");
  if (!there) return;
  show(".talk-lead", page);
  show("p.alert:not(.field-error)", page);
  const version = page.querySelector("input[name=announcement]");
  const kept = document.querySelector("input[name=announcement]");
  if (version && kept) {
    show(".talk-announced", page); // what was read is sent with its version
    kept.value = version.value;
  }
  if (!here) {
    location.reload(); // there was no form, and nothing typed that could be lost
    return;
  }
  const texts = (select) => [...select.options].map((one) => one.value + "\n" + one.text).join("\n");
  if (texts(here) === texts(there)) return;
  const chosen = here.value;
  here.replaceChildren(...there.options);
  here.value = chosen;
  if (here.selectedIndex < 0) here.value = ""; // the chosen one was closed: it must be chosen anew
}

// The way to the rating of an ended chat is for the tab in which that chat was: others may use this browser, too.
const rating = document.querySelector("[data-rates]");
if (rating && window.sessionStorage?.getItem("desk.talk.here") === rating.dataset.rates) rating.hidden = false;

// Takes over a sentence above the fields: the greeting, or that every queue is closed.
function show(selector, page) {
  const here = document.querySelector(selector);
  const there = page.querySelector(selector);
  if (here && there) {
    if (here.textContent !== there.textContent) here.textContent = there.textContent;
  } else if (here && selector !== ".talk-lead") {
    here.remove();
  } else if (there) {
    document.querySelector(".talk-form")?.prepend(document.importNode(there, true));
  }
}

const pause = (seconds) => new Promise((go) => setTimeout(go, seconds * 1000));
const shown = () =>
  new Promise((go) => {
    if (!document.hidden) return go();
    document.addEventListener("visibilitychange", () => go(), { once: true });
  });

// Keeps one request waiting for news. A stamp begins with its process: another process's says nothing of what changed.
async function follow() {
  let stamp = "";
  for (;;) {
    await shown();
    const began = Date.now();
    try {
      const answer = await fetch("/talk/news?after=" + encodeURIComponent(stamp));
      if (answer.status === 200) {
        const now = await answer.text();
        const changed = stamp !== "" && now.split(".")[0] === stamp.split(".")[0];
        if (!changed && stamp !== "") await pause(1);
        stamp = now;
        if (changed) await look();
      } else if (answer.status !== 204 || Date.now() - began < 1000) {
        await pause(LOOK_SECONDS);
      }
    } catch {
      await pause(LOOK_SECONDS); // the server is away
    }
  }
}

if (document.querySelector(".talk-lead")) {
  follow();
  const choice = document.getElementById("department");
  choice?.addEventListener("pointerenter", look);
  choice?.addEventListener("focus", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  setInterval(() => document.hidden || look(), LOOK_SECONDS * 1000);
}
