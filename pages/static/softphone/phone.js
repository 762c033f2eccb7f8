// The softphone of this tab: Amazon's unmodified library and the CCP's frame, one state up, one command down.
//
// The state is the truth: a command's answer says that it was accepted, the next state shows its effect.
import { commands, nameOf } from "./commands.js";
import { isLive, picture } from "./picture.js";
import { Recovery } from "./recovery.js";

const DEADLINE_MS = 8000;
const SPEAK_UP_MS = 10000;
const LOAD_MS = 15000;
const LATE_TICKS = 15; // the CCP answers a heartbeat each second; a suspended tab does both seldom
const COME_BACK_MS = 20000; // at most one restart in this time
const KEPT = "desk.softphone.call";

export class Phone {
  constructor({ ccpUrl, framedUrl, loginUrl, username, connectName }, owner) {
    Object.assign(this, { ccpUrl, framedUrl, loginUrl, username, connectName, owner });
    this.listeners = new Set();
    this.interrupted = sessionStorage.getItem(KEPT);
    this.slow = 0; // consecutive commands without an answer
    this.told = "";
    this.recovery = new Recovery(() => this.tell());
    owner.onChange(() => {
      if (owner.tookOver && this.link === "ready") connect.becomeMaster(connect.MasterTopics.SOFTPHONE);
      this.tell();
    });
    this.start();
  }

  // ---- life cycle

  start() {
    this.link = "starting";
    this.startedAt = Date.now();
    this.known = { agent: null, calls: [] };
    this.muted = false;
    this.trouble = "";
    this.unheard = 0;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.link === "starting" && this.become("unreachable"), SPEAK_UP_MS);
    const host = document.getElementById("ccp");
    host.replaceChildren();
    connect.core.initCCP(host, {
      ccpUrl: this.framedUrl, loginUrl: this.loginUrl || this.ccpUrl, loginPopup: false, loginPopupAutoClose: true,
      ccpLoadTimeout: LOAD_MS, softphone: { allowFramedSoftphone: true, disableRingtone: true },
    });
    const bus = connect.core.getEventBus();
    connect.core.onAuthFail(() => this.become("signed_out"));
    connect.core.onAccessDenied(() => this.become("denied"));
    connect.core.onIframeRetriesExhausted(() => this.become("unreachable"));
    bus.subscribe(connect.EventType.TERMINATED, () => this.become("signed_out"));
    bus.subscribe(connect.EventType.ACKNOWLEDGE, () => this.alive());
    connect.agent((agent) => this.begin(agent));
    this.tell();
  }

  begin(agent) {
    clearTimeout(this.patience);
    if (agent.getConfiguration().username !== this.connectName) return this.become("mismatch");
    agent.onRefresh(() => this.look());
    agent.onMuteToggle(({ muted }) => {
      this.muted = muted;
      this.tell();
    });
    agent.onSoftphoneError(({ errorType }) => {
      this.trouble = errorType;
      this.tell();
    });
    agent.onLocalMediaStreamCreated(() => {
      this.trouble = ""; // the sound of a call has come
      this.tell();
    });
    this.commands = commands(this.connectName);
    this.link = "ready";
    if (this.owner.tookOver) connect.becomeMaster(connect.MasterTopics.SOFTPHONE);
    this.look();
  }

  look() {
    if (this.link !== "ready") return;
    this.alive();
    this.known = picture();
    const live = this.liveCall();
    if (this.interrupted && !this.known.calls.some((one) => one.id === this.interrupted && isLive(one))) this.interrupted = null;
    if (live && this.owner.isOwner) sessionStorage.setItem(KEPT, live.id);
    else sessionStorage.removeItem(KEPT);
    this.recovery.look(new connect.Agent());
    this.tell();
  }

  alive() {
    this.unheard = 0;
  }

  tick() {
    this.unheard += 1;
    this.tell(); // a silent CCP sends no change by itself
  }

  become(link) {
    if (this.link === "mismatch" && link !== "starting") return;
    this.link = link;
    this.tell();
    if (link === "signed_out") this.comeBack();
  }

  // Sign in again without a click where possible; during a call only if the agent wants it.
  comeBack() {
    if (this.framedUrl === this.ccpUrl || this.liveCall() || Date.now() - this.startedAt < COME_BACK_MS) return;
    setTimeout(() => this.link === "signed_out" && this.restart(), 1000);
  }

  // Start again: the frame reloads, and the sound of a call is lost with it.
  restart() {
    connect.core.terminate();
    this.slow = 0;
    this.start();
  }

  // ---- the state, up

  get state() {
    const isLate = this.link === "ready" && this.unheard > LATE_TICKS;
    return {
      link: isLate ? "silent" : this.link, ...this.known, muted: this.muted, trouble: this.trouble ?? "", slow: this.slow,
      owner: this.owner.isOwner, took_over: this.owner.tookOver, tabs: this.owner.tabs, interrupted: this.interrupted,
      recovery: this.recovery.word, proof: this.proof ?? null,
    };
  }

  tell() {
    const state = this.state;
    const said = JSON.stringify(state);
    if (said === this.told) return;
    this.told = said;
    for (const listener of this.listeners) listener({ ...state, at: Date.now() });
  }

  liveCall() {
    return this.known.calls.find((one) => isLive(one) && !one.rings);
  }

  attach(username, listener) {
    const told = username === this.username ? listener : () => listener({ link: "mismatch", at: Date.now() });
    this.listeners.add(told);
    told({ ...this.state, at: Date.now() });
    return () => this.listeners.delete(told);
  }

  // ---- the command, down

  async command(name, asked) {
    if (name === "restart") return this.restart(), { ok: true };
    if (name === "sign_in") return window.open(this.loginUrl || this.ccpUrl, "softphone-sign-in"), { ok: true };
    if (name === "heard") return (this.interrupted = null), this.recovery.forget(), { ok: true };
    if (this.link !== "ready") return { ok: false, error: "NotReady" };
    let timer;
    const late = new Promise((done) => (timer = setTimeout(done, DEADLINE_MS, { ok: false, error: "Late" })));
    const done = this.commands[name](asked).then((data) => {
      if (name === "recover") this.recovery.begin(asked.contact, data);
      return { ok: true, data: Array.isArray(data) ? data : null };
    });
    const answer = await Promise.race([late, done.catch((error) => ({ ok: false, error: nameOf(error) }))]);
    clearTimeout(timer);
    this.slow = answer.error === "Late" ? this.slow + 1 : 0;
    this.tell();
    return answer;
  }

  // Whether Connect answers: an expired session is found only by a request (the library notices after 301 s).
  async answers() {
    return this.link !== "ready" || (await this.command("places", {})).ok;
  }

  // ---- the end of a person's session

  async signOut() {
    const was = this.link;
    if (was === "ready") await this.command("set_state", { name: "", type: "offline" });
    this.listeners.clear();
    connect.core.terminate();
    const frame = document.createElement("iframe");
    const gone = new Promise((done) => {
      frame.onload = done;
      setTimeout(done, 2000);
    });
    frame.src = new URL("/connect/logout", this.ccpUrl).href;
    document.getElementById("ccp").replaceChildren(frame);
    await gone;
  }
}
