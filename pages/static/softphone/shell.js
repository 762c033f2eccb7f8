// The window around the desk: it holds the softphone, so that a call outlives a reload or crash of the desk in its frame.
import { AudioOwner } from "./audio_owner.js";
import { DeskFrame } from "./desk_frame.js";
import { Guard } from "./guard.js";
import { Notices } from "./notices.js";
import { Phone } from "./phone.js";

const NOTICE_MS = 1500; // a page that is being loaded is not away

const config = JSON.parse(document.getElementById("config").textContent);
const phone = new Phone(config, new AudioOwner(config.username));
const guard = new Guard(phone);
// Before the desk has an address: it looks for this object when it is drawn.
window.softphone = {
  attach: (username, listener) => phone.attach(username, listener),
  command: (name, asked) => phone.command(name, asked ?? {}),
  check: (asked) => guard.check(asked ?? {}),
  notices: new Notices(),
};

const notice = document.getElementById("notice");
const hangUp = document.getElementById("hang-up");
let waiting;

function say(isAway) {
  clearTimeout(waiting);
  notice.hidden = true;
  if (isAway) waiting = setTimeout(show, NOTICE_MS, "away");
}

function show(word) {
  const call = phone.liveCall();
  notice.firstElementChild.textContent = call ? config.words[`${word}_call`] : config.words[word];
  hangUp.hidden = !call;
  notice.hidden = false;
}

hangUp.addEventListener("click", () => {
  const call = phone.liveCall();
  if (call) phone.command("hang_up", { contact: call.id });
});

// The frame shows the login form: the session is over, and with it this person's softphone. A running call goes on.
async function leave(address) {
  if (phone.liveCall()) {
    clearTimeout(waiting);
    show("left");
    return setTimeout(leave, 500, address);
  }
  window.softphone.notices.forget();
  await phone.signOut();
  location.replace(address);
}

window.addEventListener("beforeunload", (event) => {
  if (phone.liveCall()) event.preventDefault();
});

new DeskFrame(document.getElementById("desk"), { server: config.server, onSignedOut: leave, onAway: say });
