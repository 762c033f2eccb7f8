// What is said between the site's page, the frame and the desk. A message counts only from our frame and the desk's own address.
let view = null;
let look = null;

function tell(is, more = {}) {
  view.frame?.contentWindow?.postMessage({ desk: "widget", is, ...more }, desk);
}

function hear({ origin, source, data }) {
  if (origin !== desk || !view?.frame || source !== view.frame.contentWindow || data?.desk !== "widget") return;
  if (data.is === "ready") {
    view.isSilent = false;
    if (!data.chat) remember({ chat: null });
    tell("hello", page());
    if (view.isOpen && view.wants) tell("focus");
    view.wants = false;
  } else if (data.is === "chat") {
    remember({ chat: { id: data.id, key: data.key }, who: subject() });
    pulse();
  } else if (data.is === "unread") {
    view.badge(view.isOpen ? 0 : Number(data.count) || 0);
  } else if (data.is === "close") {
    close();
  }
}

// Tells the desk which page is shown, and learns what is unread.
async function pulse() {
  const { chat } = recall();
  if (!chat) return;
  try {
    const body = new URLSearchParams({ chat: chat.id, key: chat.key, ...page() });
    const answer = await fetch(`${desk}/widget/pulse`, { method: "POST", body, credentials: "omit" });
    if (answer.status === 404) return over();
    if (!answer.ok) return;
    const { unread, over: isOver } = await answer.json();
    if (!recall().who) remember({ who: subject() }); // from here on the chat is theirs
    if (isOver) over();
    else if (!view.frame) view.badge(unread);
  } catch {
    // the desk or the network is away: the next page asks again
  }
}

function over() {
  remember({ chat: null });
  view.badge(0);
}

function open(withFocus) {
  const isNew = !view.frame;
  view.wants = isNew && withFocus;
  view.isSilent ||= isNew;
  view.open(withFocus);
  view.badge(0);
  remember({ open: true, hailed: true });
  if (isNew) giveUpAfter(PATIENCE);
  else if (withFocus) tell("focus");
}

// A frame that was refused loads, too: a page of the browser's own, which says nothing.
function giveUpAfter(milliseconds) {
  const { frame } = view;
  setTimeout(() => view.isSilent && view.frame === frame && view.fail(), milliseconds);
}

function close() {
  remember({ open: false });
  view.close();
}

function address() {
  const query = new URLSearchParams({ lang: look.lang, ...(tag.dataset.queue && { queue: tag.dataset.queue }) });
  return `${desk}${look.base}${recall().chat ? "/chat" : ""}?${query}`;
}

// Another visitor than the one whose chat is remembered: it is not theirs. Who has only now signed in keeps their own.
function isAnother() {
  const { chat, who } = recall();
  return Boolean(chat && who && who !== subject());
}

function leave() {
  remember({ chat: null, open: false, who: "" });
  view.reset();
  if (view.isOpen) view.close();
}

function follow() {
  let shown = JSON.stringify(page());
  let ticks = 0;
  setInterval(() => {
    if (!view.host.isConnected) document.body.append(view.host); // a site that draws its whole page anew
    if (isAnother()) leave();
    const now = JSON.stringify(page());
    ticks += 1;
    if (now !== shown) {
      shown = now;
      tell("hello", page());
      pulse();
    } else if (ticks % SOMETIMES === 0 && !view.frame && !document.hidden) {
      pulse();
    }
  }, OFTEN);
}

async function begin() {
  const query = new URLSearchParams({ lang: language(), queue: tag.dataset.queue ?? "" });
  const answer = await fetch(`${desk}/widget/look?${query}`, { credentials: "omit" });
  look = await answer.json();
  if (!look.allowed) {
    console.warn(`The chat is not shown: ${location.origin} is not on the list of allowed sites (허용 사이트) of ${desk}.`);
    return;
  }
  if (document.readyState === "loading") await new Promise((go) => addEventListener("DOMContentLoaded", go, { once: true }));
  view = drawn(look, { open: () => open(true), close, address, loaded: () => giveUpAfter(SILENCE) });
  addEventListener("message", hear);
  if (isAnother()) leave();
  document.body.append(view.host);
  if (recall().open && innerWidth > 480) open(false); // on a phone it would cover the page
  if (recall().chat) pulse();
  follow();
}

if (tag && !document.querySelector("script[data-desk-widget]")) {
  tag.dataset.deskWidget = ""; // a second tag on the page does nothing
  begin().catch(() => {}); // the desk is away: a site without the button, and no error of its own
}
