// `@` in a text box opens a list of people: which ones, the server says; where the caret stands and which key was pressed, only
// the browser knows. A chosen name stands in the text, its id beside it, also after a reload of the tab.
const TOKEN = /(^|\s)@([^\s@]{0,20})$/;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class Mentions {
  // `ask(number, text)` asks the server; `show({options, at})` draws the list: empty options close it.
  constructor(box, keep, ask, show) {
    Object.assign(this, { box, ask, show, key: keep + ":mentions", asked: 0, options: [], at: 0, wants: false });
    box.addEventListener("input", () => this.look());
    box.addEventListener("blur", () => this.close());
    box.addEventListener("keydown", (event) => this.press(event), true);
    box.addEventListener("beforeinput", (event) => this.wants && event.inputType.startsWith("insertLine") && event.preventDefault());
    box.addEventListener("compositionend", () => this.wants && setTimeout(() => this.choose(this.at)));
  }

  get open() {
    return this.options.length > 0;
  }

  token() {
    const { value, selectionStart } = this.box;
    return value.slice(0, selectionStart).match(TOKEN);
  }

  look() {
    const token = this.token();
    if (token) this.ask(++this.asked, token[2]);
    else this.close();
  }

  // The server's answer; one to an earlier question is too late.
  found(number, options) {
    if (number !== this.asked || !this.token()) return;
    this.options = options;
    this.at = 0;
    this.tell();
  }

  press(event) {
    if (!this.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.code];
    if (step) this.at = (this.at + step + this.options.length) % this.options.length;
    else if (event.code === "Escape" && !event.isComposing) this.close();
    else if (["Enter", "NumpadEnter", "Tab"].includes(event.code) && !event.shiftKey) {
      // A syllable that is being composed is completed first: `compositionend` follows.
      if (event.isComposing) this.wants = true;
      else this.choose(this.at);
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.tell();
  }

  choose(place) {
    this.wants = false;
    const [option, token] = [this.options[place], this.token()];
    this.close();
    if (!option || !token) return;
    const end = this.box.selectionStart;
    this.box.setRangeText(`@${option.name} `, end - token[2].length - 1, end, "end");
    this.keep([...this.kept().filter((one) => one.id !== option.id), { id: option.id, name: option.name }]);
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.focus();
  }

  // The ids of the chosen people whose names still stand in a text; they are forgotten with it.
  taken(text) {
    const ids = this.kept().filter((one) => text.includes(`@${one.name}`)).map((one) => one.id);
    this.keep([]);
    return ids;
  }

  close() {
    this.asked += 1; // an answer on its way comes too late
    if (!this.open) return;
    this.options = [];
    this.tell();
  }

  tell() {
    this.show({ options: this.options, at: this.at });
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? [];
    } catch {
      return this.memory ?? [];
    }
  }

  keep(people) {
    this.memory = people;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(people));
    } catch {
      // No storage: only memory.
    }
  }
}
