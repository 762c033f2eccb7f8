// 통화 복구: a call whose sound was lost with a reload of this window is transferred to oneself and taken again by
// itself. Connect offers it only when the part that was left is cleared, and only to somebody who is available.
const KEPT = "desk.softphone.recovery";
const PATIENCE_MS = 30000;

export class Recovery {
  constructor(tell) {
    this.tell = tell;
    this.kept = JSON.parse(sessionStorage.getItem(KEPT));
    this.hasFailed = false;
    this.done = new Set(); // what was asked of Connect already
    if (this.kept) this.wait();
  }

  // going, failed, or empty.
  get word() {
    return this.kept ? "going" : this.hasFailed ? "failed" : "";
  }

  begin(left, first) {
    this.hasFailed = false;
    this.keep({ left, first: first || left, until: Date.now() + PATIENCE_MS });
    this.wait();
    this.tell();
  }

  forget() {
    this.hasFailed = false;
    this.keep(null);
    this.tell();
  }

  keep(kept) {
    this.kept = kept;
    this.done.clear();
    clearTimeout(this.timer);
    if (kept) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    else sessionStorage.removeItem(KEPT);
  }

  wait() {
    this.timer = setTimeout(() => {
      this.keep(null);
      this.hasFailed = true;
      this.tell();
    }, Math.max(0, this.kept.until - Date.now()));
  }

  // Do the next step, if it is time for it: called with every change at Connect.
  look(agent) {
    if (!this.kept) return;
    const { left, first } = this.kept;
    const contacts = agent.getContacts();
    const was = contacts.find((one) => one.getContactId() === left);
    const back = contacts.find((one) => one.getContactId() !== left && one.getInitialContactId() === first);
    if (back?.getStatus().type === "connected") return this.forget();
    if (back) return this.once(`accept ${back.getContactId()}`, () => back.accept());
    if (was) return was.getStatus().type === "ended" && this.once("clear", () => was.clear());
    if (["not_routable", "offline"].includes(agent.getState().type)) {
      const available = agent.getAgentStates().find(({ type }) => type === "routable");
      if (available) this.once("available", () => agent.setState(available));
    }
  }

  once(name, act) {
    if (this.done.has(name)) return;
    this.done.add(name);
    act();
  }
}
