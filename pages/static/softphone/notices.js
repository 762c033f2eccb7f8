// Notifications of the operating system while no tab of the desk can be seen: something rings, and nothing about whom.
// The window around the desk shows them, so that a press still finds its tab when the desk in the frame was loaded anew;
// a desk without that window shows them itself.
const SEEN = "desk.seen"; // a lock that every tab shares while it can be seen
const TOLD = "desk.told."; // a lock for each tag: the tab that has it shows the notification, the others wait for their turn
const AGAIN_MS = 500;

export class Notices {
  constructor() {
    this.wanted = new Map(); // tag → title and text, as long as it rings
    this.shown = new Map();
    this.turns = new Map(); // tag → what takes this tab out of the line for it
    document.addEventListener("visibilitychange", () => this.look());
    this.look();
  }

  // granted, denied, default (not asked yet); absent where the browser has none.
  get permission() {
    return "Notification" in window ? Notification.permission : "absent";
  }

  async ask() {
    if (this.permission === "default") await Notification.requestPermission();
    return this.permission;
  }

  want(tag, title, body) {
    this.wanted.set(tag, { title, body });
    this.show();
  }

  // Shows one now, so that its reader knows what they look like; it leaves by itself.
  test(title, body) {
    if (this.permission !== "granted") return false;
    const notice = new Notification(title, { body, tag: "desk-test", icon: "/static/favicon.svg" });
    setTimeout(() => notice.close(), 8000);
    return true;
  }

  unwant(tag) {
    this.wanted.delete(tag);
    this.take(tag);
  }

  // What an earlier page of the frame wanted is over, or will be wanted again.
  forget() {
    for (const tag of [...this.wanted.keys()]) this.unwant(tag);
  }

  look() {
    if (document.hidden) {
      this.leave?.();
      this.leave = null;
      this.show();
      return;
    }
    const takeAll = () => [...this.wanted.keys()].forEach((tag) => this.take(tag));
    if (!navigator.locks) return takeAll();
    if (this.leave) return;
    const gone = new Promise((leave) => (this.leave = leave));
    this.seen = navigator.locks.request(SEEN, { mode: "shared" }, () => {
      takeAll(); // after it can be known that this tab is seen: the next in line looks for that
      return gone;
    });
  }

  async show() {
    if (!document.hidden || this.permission !== "granted") return;
    if (await this.isSeen()) return this.showLater();
    for (const tag of this.wanted.keys()) {
      if (this.shown.has(tag) || this.turns.has(tag)) continue;
      if (!navigator.locks) this.tell(tag);
      else this.waitFor(tag);
    }
  }

  // The tab that can be seen may be hidden without a word of its own: its desk is not loaded yet, or it rings here only.
  showLater() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.wanted.size && this.show(), AGAIN_MS);
  }

  // Tells when no other tab does: one that is closed while it tells leaves it to the next.
  async waitFor(tag) {
    const turn = new AbortController();
    this.turns.set(tag, turn);
    const mine = async () => {
      if (turn.signal.aborted) return;
      if (await this.isSeen()) return this.showLater();
      const over = new Promise((done) => turn.signal.addEventListener("abort", done));
      this.tell(tag);
      if (this.shown.has(tag)) await over;
    };
    await navigator.locks.request(TOLD + tag, { signal: turn.signal }, mine).catch(() => {}); // taken out of the line
    if (this.turns.get(tag) === turn) this.turns.delete(tag);
  }

  tell(tag) {
    const words = this.wanted.get(tag);
    if (!words || !document.hidden) return;
    const more = { body: words.body, tag, icon: "/static/favicon.svg", requireInteraction: true };
    const notice = new Notification(words.title, more);
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
    this.shown.set(tag, notice);
  }

  take(tag) {
    this.turns.get(tag)?.abort();
    this.turns.delete(tag);
    this.shown.get(tag)?.close();
    this.shown.delete(tag);
  }

  // Whether another tab of the desk can be seen: its screen says it.
  async isSeen() {
    if (!navigator.locks) return false;
    await this.seen; // this tab's own lock is let go of by and by
    const { held } = await navigator.locks.query();
    return held.some(({ name }) => name === SEEN);
  }
}
