// Typed text that is not saved: a copy in this tab that survives a reload, and a warning before leaving the page.
// `leaving` is called with the address of a link that was pressed meanwhile; it decides whether to follow it.
export class Unsaved {
  constructor(keep, leaving) {
    this.keep = keep;
    this.leaving = leaving;
    this.is = false;
    this.closing = (event) => this.is && event.preventDefault(); // the browser asks, in its own words
    this.clicked = (event) => this.guard(event);
    window.addEventListener("beforeunload", this.closing);
    document.addEventListener("click", this.clicked, true);
  }

  close() {
    window.removeEventListener("beforeunload", this.closing);
    document.removeEventListener("click", this.clicked, true);
  }

  guard(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || !this.is || link.target === "_blank" || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.leaving(link.getAttribute("href"));
  }

  put(state) {
    this.is = true;
    try {
      sessionStorage.setItem(this.keep, JSON.stringify(state));
    } catch {
      // No storage: the text lasts as long as the page.
    }
  }

  forget() {
    this.is = false;
    try {
      sessionStorage.removeItem(this.keep);
    } catch {
      // There is nothing to forget.
    }
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.keep));
    } catch {
      return null;
    }
  }
}
