// One Enter sends, also while Hangul is being composed.
//
// Browsers and input methods tell an Enter during composition in different orders:
//   keydown (isComposing, keyCode 229) - compositionend             wait for the end, then send
//   the same, then a plain keydown Enter                            the same Enter again: send once
//   compositionend - keydown (keyCode 229), as Safari does          nothing more will come: a short time-out
//   beforeinput insertLineBreak with no keydown, as some phones do  an Enter
// An Enter that ends a composition is one only when Hangul was composed and stays as it was. Otherwise it chose a
// candidate: a Hanja for a syllable, Kanji for kana, a word for pinyin; the sentence goes on.
// `send` reads the text from the DOM when the syllable is in it, and empties the box: a second telling of the
// same Enter finds a blank box and does nothing.
const SAFARI_MS = 30; // longer than the gap between compositionend and a late input event
const HANGUL = /^[\p{Script=Hangul}\s]*$/u;

export class EnterToSend {
  constructor(box, send) {
    this.box = box;
    this.send = send;
    this.composing = false;
    this.timer = null; // an Enter that was pressed and has not sent yet, once composition is over
    this.armed = false; // the same, while composition goes on
    this.composed = ""; // what is being composed, and from an Enter on what was when it was pressed
    this.chose = -Infinity; // when a candidate was chosen
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
    if (this.timer !== null) this.fire(); // typing goes on: what was entered before it goes first
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
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (event.repeat) return; // a held key is one Enter
    if (event.isComposing || this.composing) this.armed = true;
    else if (event.keyCode === 229) performance.now() - this.chose > SAFARI_MS && this.later(SAFARI_MS);
    else this.fire();
  }

  line(event) {
    if (event.inputType !== "insertLineBreak" && event.inputType !== "insertParagraph") return;
    if (this.shift) {
      this.shift = false; // this line was wanted; a phone's next Enter may come without a keydown
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
