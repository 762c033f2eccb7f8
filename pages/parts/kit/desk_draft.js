// Typed text that is not sent: reported to the server when typing pauses, and copied in this tab until then, so that
// neither a reload without a server nor a redrawn box loses it.
const PAUSE_MS = 400;
const REDRAW_MS = 1000; // a box that returns within this time was redrawn, not reopened

export class Draft {
  constructor(keep, tell) {
    this.key = keep + ":typed";
    this.tell = tell;
    this.timer = null;
  }

  // The initial text: the server's, unless this tab has text that the server never received.
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
    if (this.text !== this.told) this.tell(this.text); // `told` is the text the server has; the page may have closed before sending this one
  }

  // The server has stored this text.
  kept(text) {
    this.told = text;
    if (this.text === text) this.copy({ untold: false });
  }

  // The server has this text already: it sent it, or it empties the draft with the sent message.
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
      // No storage: only the server has a copy.
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

// Characters as Python counts them: an emoji outside the first plane is one.
export function characters(text) {
  return [...text].length;
}
