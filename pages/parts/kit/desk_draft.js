// What is typed and not sent: told to the server when typing pauses, and copied in this tab until it was told,
// so that neither a reload without a server nor a redrawing of the box loses a word.
const PAUSE_MS = 400;
const REDRAW_MS = 1000; // a box that comes back within this time was redrawn, not reopened

export class Draft {
  constructor(keep, tell) {
    this.key = keep + ":typed";
    this.tell = tell;
    this.timer = null;
  }

  // The text to begin with: the server's, unless this tab has words the server never heard.
  open(stored) {
    this.told = stored;
    this.text = stored;
    const copy = this.read();
    if (copy && (copy.untold || Date.now() < copy.until)) this.text = copy.text;
    return this.text;
  }

  typed(text) {
    this.text = text;
    this.copy({ untold: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  flush() {
    clearTimeout(this.timer);
    if (this.text !== this.told) this.tell(this.text); // told is what the server says it has: a page may have been closed to it
  }

  // The server has kept this text.
  kept(text) {
    this.told = text;
    if (this.text === text) this.copy({ untold: false });
  }

  // The server has this text already: it sent it, or it empties the draft with the message that was sent.
  agree(text) {
    clearTimeout(this.timer);
    this.text = this.told = text;
    this.copy({ untold: false });
  }

  close() {
    this.flush();
    this.copy({ untold: this.text !== this.told, until: Date.now() + REDRAW_MS });
  }

  copy(state) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ text: this.text, ...state }));
    } catch {
      // No storage: the server's copy is all there is.
    }
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key));
    } catch {
      return null;
    }
  }
}
