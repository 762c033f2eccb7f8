// The desk in its frame: the window mirrors its address, title and focus, and reloads it when its server was killed, as
// soon as there is a server again. The window stays, and the call with it.
const LOOK_MS = 400;
const ASK_MS = 1500;
const LOADING_MS = 3000; // a loading page is not requested again

export class DeskFrame {
  constructor(frame, { server, onSignedOut, onAway }) {
    Object.assign(this, { frame, server, onSignedOut, onAway });
    this.away = false;
    this.asking = false;
    this.reloadedAt = 0;
    frame.addEventListener("load", () => this.loaded());
    window.addEventListener("focus", () => frame.contentWindow?.focus());
    frame.src = location.pathname + location.search + location.hash;
    setInterval(() => this.look(), LOOK_MS);
  }

  // The desk's window; null while the browser shows an error page in its place.
  get desk() {
    try {
      return this.frame.contentWindow.location.href === "about:blank" ? null : this.frame.contentWindow;
    } catch {
      return null;
    }
  }

  loaded() {
    const desk = this.desk;
    if (!desk) return;
    if (desk.location.pathname === "/login") return this.onSignedOut(desk.location.href);
    for (const name of ["pushState", "replaceState"]) {
      const own = desk.history[name];
      desk.history[name] = (...given) => {
        own.apply(desk.history, given);
        this.mirror();
      };
    }
    desk.addEventListener("popstate", () => this.mirror());
    desk.addEventListener("hashchange", () => this.mirror());
    new desk.MutationObserver(() => this.name()).observe(desk.document.head, { subtree: true, childList: true, characterData: true });
    this.mirror();
    this.name();
    if (document.hasFocus()) desk.focus();
  }

  mirror() {
    const { pathname, search, hash } = this.desk.location;
    const path = pathname + search + hash;
    if (path !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", path);
  }

  name() {
    const desk = this.desk;
    if (desk && document.title !== desk.document.title) document.title = desk.document.title;
  }

  // ---- a server that was killed

  async look() {
    const isHere = this.desk !== null && this.desk.socket?.connected !== false;
    if (isHere !== !this.away) {
      this.away = !isHere;
      this.onAway(this.away);
    }
    if (isHere || this.asking || Date.now() - this.reloadedAt < LOADING_MS) return;
    this.asking = true;
    const server = await this.ask();
    this.asking = false;
    if (server === null || (server === this.server && this.desk !== null)) return; // the same server: the socket reconnects by itself
    this.server = server;
    this.reload();
  }

  reload() {
    this.reloadedAt = Date.now();
    if (this.desk) this.desk.location.reload();
    else this.frame.src = location.pathname + location.search + location.hash;
  }

  // Return which server answers; null when none does. A signed-out person gets another desk than the one shown.
  async ask() {
    try {
      const answer = await fetch("/softphone/server", { signal: AbortSignal.timeout(ASK_MS) });
      if (answer.status === 401) return "signed out";
      return answer.ok ? (await answer.json()).server : null;
    } catch {
      return null;
    }
  }
}
