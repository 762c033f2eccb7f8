// One Enter sends, also while Hangul is being composed.
//
// Browsers and input methods report an Enter during composition in different orders:
//   keydown (isComposing, keyCode 229) - compositionend             wait for the end, then send
//   the same, then a plain keydown Enter                            the same Enter again: send once
//   compositionend - keydown (keyCode 229), as Safari does          nothing more will come: a short time-out
//   beforeinput insertLineBreak with no keydown, as some phones do  an Enter
// An Enter that ends a composition sends only when the composed text was Hangul and did not change. Otherwise it chose a
// candidate (a Hanja for a syllable, Kanji for kana, a word for pinyin), and the sentence goes on.
// `send` reads the text from the DOM once the syllable is in it, and empties the box: a second report of the
// same Enter finds an empty box and does nothing.
const SAFARI_MS = 30; // longer than the gap between compositionend and a late input event
const HANGUL = /^[\p{Script=Hangul}\s]*$/u;

export class EnterToSend {
  // `modified`: Ctrl or Command with Enter sends, and a plain Enter begins a new line.
  constructor(box, send, { modified = false } = {}) {
    this.box = box;
    this.send = send;
    this.modified = modified;
    this.composing = false;
    this.timer = null; // an Enter after composition that has not sent yet
    this.armed = false; // an Enter during composition that has not sent yet
    this.composed = ""; // the composed text; after an Enter, the text at that Enter
    this.chose = -Infinity; // time of the last chosen candidate
    this.shift = false;
    const on = {
      keydown: this.keydown,
      compositionstart: this.start,
      compositionupdate: this.update,
      compositionend: this.end,
      beforeinput: this.line,
    };
    for (const [name, handler] of Object.entries(on)) box.addEventListener(name, handler.bind(this));
  }

  start() {
    this.composing = true;
    this.composed = "";
    if (this.timer !== null) this.fire(); // typing goes on: send the earlier text first
  }

  update(event) {
    if (!this.armed) this.composed = event.data;
  }

  end(event) {
    this.composing = false;
    const same = !this.composed || this.composed === event.data;
    if (!same || !HANGUL.test(event.data)) {
      this.armed = false;
      this.chose = performance.now();
    } else if (this.armed) this.later(0); // the text is whole only after the events of this turn
  }

  keydown(event) {
    const enter = event.key === "Enter" || event.code === "Enter" || event.code === "NumpadEnter";
    if (!enter) return;
    this.shift = event.shiftKey;
    const held = event.ctrlKey || event.metaKey;
    if (event.shiftKey || event.altKey || held !== this.modified) return;
    event.preventDefault();
    if (event.repeat) return; // a held key is one Enter
    if (event.isComposing || this.composing) this.armed = true;
    else if (event.keyCode === 229) performance.now() - this.chose > SAFARI_MS && this.later(SAFARI_MS);
    else this.fire();
  }

  line(event) {
    if (this.modified || (event.inputType !== "insertLineBreak" && event.inputType !== "insertParagraph")) return;
    if (this.shift) {
      this.shift = false; // Shift + Enter was handled; a phone's next Enter may come without a keydown
      return;
    }
    event.preventDefault();
    if (this.composing) this.armed = true;
    else this.fire();
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fire(), ms);
  }

  fire() {
    clearTimeout(this.timer);
    this.timer = null;
    this.armed = false;
    this.send();
  }
}
