// A box that searches while its user types. Its text belongs to the browser; `input` reports every letter, also of
// a syllable that is being composed, so that 김 is searched before the syllable is complete.
import { EnterToSend } from "desk_enter";
import { watchLink } from "desk_link";

const PAUSE_MS = 120;
// A closing dialog does not count: it still moves, but not to open.
const OPEN_DIALOG = '.q-dialog__inner:not(.q-dialog__inner--animating), .q-dialog__inner[class*="enter-active"]';
const SKELETON_MS = 150; // a faster answer needs no skeleton
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export default {
  template: `
    <div class="desk-search" role="search" :aria-label="placeholder" @focusout="left">
      <i class="material-icons" aria-hidden="true">search</i>
      <input ref="box" type="text" role="combobox" class="desk-search-text" dir="auto" autocomplete="off" autocapitalize="off"
        spellcheck="false" enterkeyhint="search" maxlength="1000" aria-autocomplete="list" :aria-label="placeholder" :placeholder="placeholder"
        :data-address="address || undefined" :aria-expanded="shown ? 'true' : 'false'" :aria-controls="grid || listId" :aria-haspopup="grid ? 'grid' : 'listbox'"
        :aria-activedescendant="active || undefined" :aria-busy="asked !== answered ? 'true' : undefined"
        @input="typed" @focus="entered" @keydown="key" @compositionend="composed" />
      <kbd v-if="labels.hint" class="desk-search-hint" aria-hidden="true">{{ labels.hint }}</kbd>
      <div v-if="!grid" v-show="shown" class="desk-search-popup" @mousedown.prevent>
        <ul :id="listId" role="listbox" class="desk-search-list" :aria-label="labels.results" :data-old="asked !== answered ? 1 : undefined">
          <li v-for="option in options" :key="option.id" :id="listId + '-' + option.id" role="option" class="desk-search-option"
            data-option :aria-selected="active === listId + '-' + option.id ? 'true' : 'false'"
            v-html="option.inside" @click="choose(option.id)"></li>
        </ul>
        <div v-if="slow && !away && !options.length" class="desk-search-skeleton" aria-hidden="true"><i></i><i></i><i></i></div>
        <p class="desk-search-note" role="status" :data-error="isError ? 1 : undefined">{{ said }}</p>
      </div>
    </div>`,
  props: { labels: Object, placeholder: String, hasKeys: Boolean, grid: String, address: String, next: String },
  emits: ["search", "choose"],
  data() {
    return { open: false, options: [], note: "", isError: false, slow: false, away: false, active: "", asked: 0, answered: 0 };
  },
  computed: {
    listId() {
      return this.$attrs.id + "-list";
    },
    said() {
      if (this.away && this.asked !== this.answered) return this.labels.away;
      return this.slow && !this.options.length ? this.labels.loading : this.note;
    },
    shown() {
      return this.grid ? true : this.open && (this.options.length > 0 || this.note !== "" || this.slow);
    },
  },
  created() {
    this.wanted = false; // Enter was pressed before the answer came
    this.step = 0; // an arrow was pressed while a syllable was composed
  },
  mounted() {
    this.enter = new EnterToSend(this.$refs.box, () => this.submit());
    this.everywhere = (event) => this.hotkey(event);
    if (this.hasKeys) window.addEventListener("keydown", this.everywhere, true);
    this.unwatch = watchLink((up) => {
      this.away = !up;
      if (up && this.asked !== this.answered) this.ask(); // the last search may have reached no server
    });
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.everywhere, true);
    this.unwatch();
    clearTimeout(this.pause);
    clearTimeout(this.skeleton);
  },
  methods: {
    // ---- keys
    // By position, since with Hangul on the letter differs. A dialog handles its own keys.
    hotkey(event) {
      const find = (event.ctrlKey !== event.metaKey) && !event.altKey && !event.shiftKey && event.code === "KeyK";
      const slash = event.code === "Slash" && event.key !== "?" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey && !inField(event.target);
      if (!(find || slash) || document.querySelector(OPEN_DIALOG)) return;
      event.preventDefault(); // Ctrl+K is the browser's search, / the quick find of some browsers
      event.stopPropagation();
      this.focus();
    },
    key(event) {
      const step = STEPS[event.key] ?? STEPS[event.code];
      if (step) {
        event.preventDefault();
        if (event.isComposing) this.step = step; // the syllable is completed first
        else this.move(step);
      } else if (event.key === "Escape" && !event.isComposing) {
        event.stopPropagation(); // Esc goes back one step only
        this.escape();
      }
    },
    composed() {
      setTimeout(() => this.move(this.step), 30); // an input method may report the same arrow again, which clears this one
    },
    escape() {
      if (this.open && !this.grid) this.open = false;
      else if (this.$refs.box.value) this.set_text("", true);
      else this.$refs.box.blur();
    },
    // Enter opens the marked result; pressed before the answer, it opens the answer's first result.
    submit() {
      if (this.asked !== this.answered || this.pause) this.wanted = true;
      else this.take();
    },
    take() {
      this.wanted = false;
      const marked = this.elements().find((one) => one.id === this.active) ?? this.elements()[0];
      if (marked) (marked.querySelector("a[href]") ?? marked).click();
    },
    // ---- results
    elements() {
      const place = document.getElementById(this.grid || this.listId);
      return place ? [...place.querySelectorAll("[data-option]")] : [];
    },
    move(step) {
      this.step = 0;
      if (!step) return;
      if (!this.grid) this.open = true;
      const all = this.elements();
      const now = all.findIndex((one) => one.id === this.active);
      const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step;
      if (all[next]) this.mark(all[next]);
      else if (!this.grid && all.length) this.mark(all[(next + all.length) % all.length]);
    },
    mark(element) {
      this.active = element?.id ?? "";
      for (const one of this.grid ? this.elements() : []) one.setAttribute("aria-selected", one === element ? "true" : "false");
      element?.scrollIntoView({ block: "nearest" });
    },
    choose(id) {
      this.$emit("choose", id);
      this.open = false;
      this.set_text("");
      const next = document.getElementById(this.next);
      if (next) next.focus(); // at once: the next typed letter must go there
      else this.$refs.box.blur();
    },
    // ---- typing
    typed() {
      this.wanted = false;
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.ask(), PAUSE_MS);
    },
    ask() {
      this.pause = null;
      const text = this.$refs.box.value;
      this.asked += 1;
      this.$emit("search", { number: this.asked, text });
      clearTimeout(this.skeleton);
      if (!text.trim() && !this.grid) {
        this.answered = this.asked; // no search is pending: ignore late answers
        this.forget();
        return;
      }
      this.open = true;
      this.skeleton = setTimeout(() => (this.slow = this.asked !== this.answered), SKELETON_MS);
    },
    forget() {
      Object.assign(this, { options: [], note: "", isError: false, slow: false, active: "", open: false });
    },
    entered() {
      this.$refs.box.select();
      if (this.options.length || this.note) this.open = true;
    },
    left(event) {
      if (!this.$el.contains(event.relatedTarget)) this.open = false;
    },
    // ---- methods called by the server
    show(number, answer) {
      if (number !== this.asked || number === this.answered) return; // an outdated answer
      this.answered = number;
      clearTimeout(this.skeleton);
      Object.assign(this, { ...answer, slow: false });
      this.$nextTick(() => {
        this.mark(this.$refs.box.value.trim() ? this.elements()[0] : undefined);
        if (this.wanted) this.take();
      });
    },
    set_text(text, tells = false) {
      const box = this.$refs.box;
      if (!tells && document.activeElement === box && this.grid) return; // somebody is typing here
      box.value = text;
      this.forget();
      clearTimeout(this.pause);
      this.pause = null;
      this.asked += 1;
      this.answered = this.asked;
      if (tells) this.ask();
    },
    walk(step) {
      const all = this.elements();
      const now = all.findIndex((one) => one.contains(document.activeElement));
      all[Math.max(0, Math.min(all.length - 1, now + step))]?.querySelector("a[href]")?.focus();
    },
    focus() {
      this.$refs.box.focus();
    },
  },
};

function inField(element) {
  return element instanceof HTMLElement && (element.isContentEditable || element.matches("input, textarea, select"));
}
