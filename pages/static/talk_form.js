// Keeps the 문의 유형 on the open form of /talk current, and shows the way back to a rating. The form works without this script; typed text stays.
// It reads them when the choice gets the focus or the tab is shown again, and now and then in between.
const LOOK_SECONDS = 15;

async function look() {
  let page;
  try {
    const answer = await fetch("/talk" + location.search);
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // the server is away: sending the form will say so
  }
  const here = document.getElementById("department");
  const there = page.getElementById("department");
  if (!there) return;
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

if (document.querySelector(".talk-lead")) {
  const choice = document.getElementById("department");
  choice?.addEventListener("pointerenter", look);
  choice?.addEventListener("focus", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  setInterval(() => document.hidden || look(), LOOK_SECONDS * 1000);
}
