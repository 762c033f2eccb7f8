// Messages that the server has not confirmed, stored so that a reload, a closed tab or a killed server cannot lose them.
//
// Each send is one entry of localStorage (`<keep>.<id>`): two tabs that write at the same moment cannot
// overwrite each other's, as they could with one list.
export class PendingSends {
  constructor(keep, changed) {
    this.prefix = keep + ".";
    this.changed = changed;
    this.unstored = new Map(); // messages that a full or forbidden storage refused: kept while the tab lives
    this.heard = (event) => {
      if (event.key === null || event.key.startsWith(this.prefix)) this.tell();
    };
    window.addEventListener("storage", this.heard); // another tab sent, confirmed or dropped a message
  }

  // Keep a message until its time; until then the writer can take it back. After a reload what is left of the time counts.
  rest(send, release) {
    this.put(send);
    const over = () => {
      const now = this.find(send.id); // taken back meanwhile, or sent by another tab
      if (now?.state === "resting") release(now);
    };
    setTimeout(over, Math.max(0, send.due - Date.now()));
  }

  stop() {
    window.removeEventListener("storage", this.heard);
  }

  // All pending messages, oldest first.
  all() {
    const found = new Map(this.unstored);
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(this.prefix)) continue;
        const send = parsed(localStorage.getItem(key));
        if (send) found.set(send.id, send);
      }
    } catch {
      // No storage: only memory.
    }
    return [...found.values()].sort((a, b) => a.at - b.at || a.order - b.order);
  }

  find(id) {
    return this.all().find((send) => send.id === id);
  }

  put(send) {
    try {
      localStorage.setItem(this.prefix + send.id, JSON.stringify(send));
      this.unstored.delete(send.id);
    } catch {
      this.unstored.set(send.id, send);
    }
    this.tell();
  }

  // Change a message that is still pending; one that another tab has confirmed stays confirmed.
  mark(id, changes) {
    const send = this.find(id);
    if (send) this.put({ ...send, ...changes });
  }

  drop(id) {
    this.unstored.delete(id);
    try {
      localStorage.removeItem(this.prefix + id);
    } catch {
      // It was never stored.
    }
    this.tell();
  }

  tell() {
    this.changed(this.all());
  }
}

// Another person's or an older version's entry must not stop the box from opening.
function parsed(text) {
  try {
    const send = JSON.parse(text);
    return typeof send?.id === "string" && typeof send.text === "string" ? send : null;
  } catch {
    return null;
  }
}

// A UUID of version 4; crypto.randomUUID is missing where the page is not served securely.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The newest number on screen: the writer has seen all messages up to it, and none after it.
export function newestNumber(transcript) {
  const numbered = document.querySelector(transcript)?.querySelectorAll("[data-number]") ?? [];
  return Math.max(0, ...[...numbered].map((message) => Number(message.dataset.number) || 0));
}
