// The script's tag on the site's page, and what this tab of the browser remembers of the chat.
//
// Kept in the site's own sessionStorage are: whether the chat is open, the chat's id, and a key that tells how many messages
// are unread and nothing else. The chat itself is opened by a cookie of the desk, which no script of the site can read.
const OFTEN = 1000; // ms: how often the page's address is looked at; a site's own functions are left as they are
const SOMETIMES = 15; // of those: how often a closed button asks for what is unread
const PATIENCE = 12000; // ms until a frame that says nothing counts as refused
const SILENCE = 1500; // and one that has loaded and says nothing
const KEPT = "desk.widget";

const tag = document.currentScript ?? [...document.scripts].find((one) => /\/widget\.js(\?|$)/.test(one.src));
const desk = tag ? new URL(tag.src).origin : "";
const identity = () => tag.dataset.identity ?? "";
const language = () => tag.dataset.lang || document.documentElement.lang || navigator.language || "";

let inMemory = {};

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return inMemory; // no storage: the chat is remembered until the next page
  }
}

function remember(changes) {
  inMemory = { ...recall(), ...changes };
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(inMemory));
  } catch {
    // see above
  }
}

// Whom the signed identity names: the desk checks the signature, here it only tells one visitor from the next.
function subject() {
  try {
    const claims = JSON.parse(atob(identity().split(".")[0].replace(/-/g, "+").replace(/_/g, "/")));
    return String(claims.customer || claims.email || claims.phone || "");
  } catch {
    return "";
  }
}

const page = () => ({ page: location.href.slice(0, 4000), title: document.title.slice(0, 300), identity: identity() });
