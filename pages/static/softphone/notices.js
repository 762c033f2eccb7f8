// Notifications of the operating system while no tab of the desk can be seen: something rings, and nothing about whom.
// The window around the desk shows them, so that a press still finds its tab when the desk in the frame was loaded anew;
// a desk without that window shows them itself.
const SEEN = "desk.seen"; // a lock that every tab shares while it can be seen

export class Notices {
  constructor() {
    this.wanted = new Map(); // tag → title and text, as long as it rings
    this.shown = new Map();
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
    for (const tag of [...this.shown.keys()]) this.take(tag);
    if (!navigator.locks || this.leave) return;
    const gone = new Promise((leave) => (this.leave = leave));
    this.seen = navigator.locks.request(SEEN, { mode: "shared" }, () => gone);
  }

  async show() {
    if (!document.hidden || this.permission !== "granted" || (await this.isSeen())) return;
    for (const [tag, { title, body }] of this.wanted) {
      if (!document.hidden || this.shown.has(tag)) continue;
      const notice = new Notification(title, { body, tag, icon: "/static/favicon.svg", requireInteraction: true });
      notice.onclick = () => {
        window.focus();
        notice.close();
      };
      this.shown.set(tag, notice);
    }
  }

  take(tag) {
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
