// The open form of /talk offers the 문의 유형 that there are now. The form works without this script; what was typed stays.
// It looks again when somebody turns to the choice or comes back to the tab, and now and then in between.
const LOOK_SECONDS = 15;

async function look() {
  let page;
  try {
    const answer = await fetch("/talk" + location.search);
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // the server is away: the form says so when it is sent
  }
  const here = document.getElementById("department");
  const there = page.getElementById("department");
  if (!there) return;
  if (!here) {
    location.reload(); // nobody was there, and somebody is: there is no form yet that could lose anything
    return;
  }
  const texts = (select) => [...select.options].map((one) => one.value + "\n" + one.text).join("\n");
  if (texts(here) === texts(there)) return;
  const chosen = here.value;
  here.replaceChildren(...there.options);
  here.value = chosen;
  if (here.selectedIndex < 0) here.value = ""; // what was chosen is closed: it has to be chosen anew
}

if (document.querySelector(".talk-lead")) {
  const choice = document.getElementById("department");
  choice?.addEventListener("pointerenter", look);
  choice?.addEventListener("focus", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  setInterval(() => document.hidden || look(), LOOK_SECONDS * 1000);
}
