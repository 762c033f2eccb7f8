// The list of canned replies above the reply box: opened by `/`, searched by what follows it, used by keys alone.
import { blanksOf, countUse, fill, load, search, store, tokenBefore } from "desk_canned";
import { EnterToSend } from "desk_enter";

const MOST_SHOWN = 50;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const AGAIN_MS = 30; // an input method may report a key again after the composition, see search_box

export const CannedList = {
  template: `
    <div v-if="open || asking" class="desk-canned" @mousedown="held">
      <template v-if="!asking">
        <ul v-show="shown.length" :id="listId" role="listbox" class="desk-canned-list" :aria-label="labels.list">
          <li v-for="(one, place) in shown" :key="one.id" :id="listId + '-' + place" role="option" class="desk-canned-option"
            :aria-selected="place === active ? 'true' : 'false'" @mousemove="active = place" @click="choose(one, canned.english)">
            <span class="desk-canned-line"><b dir="auto">{{ titleOf(one) }}</b>
              <code v-if="one.code">/{{ one.code }}</code>
              <i v-if="one.files?.length" class="material-icons" role="img" :aria-label="one.files.map((file) => file.name).join(', ')">attach_file</i>
              <span class="desk-spring"></span>
              <span v-if="one.folder" class="desk-canned-folder">{{ one.folder }}</span>
              <span v-if="one.is_own" class="desk-tag">{{ labels.own }}</span></span>
            <span class="desk-canned-text" dir="auto">{{ filled(one) }}</span>
          </li>
        </ul>
        <p class="desk-canned-note" role="status">{{ note }}</p>
        <p class="desk-canned-keys"><span>{{ canned.english ? labels.keys_en : labels.keys }}</span><a :href="canned.manage">{{ labels.manage }}</a></p>
      </template>
      <div v-else class="desk-canned-blanks" role="group" :aria-label="titleOf(asking)" @keydown.esc.stop.prevent="cancel">
        <b>{{ titleOf(asking) }}</b>
        <label v-for="(blank, place) in blanks" :key="blank" class="desk-field"><span>{{ blank }}</span>
          <input ref="fields" type="text" class="desk-input" autocomplete="off" dir="auto" maxlength="500"
            :aria-invalid="missing === place ? 'true' : undefined" @input="answers[blank] = $event.target.value" /></label>
        <p class="desk-canned-preview" dir="auto">{{ preview }}</p>
        <p v-if="missing >= 0" class="desk-canned-note" role="alert">{{ labels.missing }}</p>
        <div class="desk-actions">
          <button type="button" class="desk-button" @click="cancel">{{ labels.cancel }}</button>
          <button type="button" class="desk-button desk-primary" @click="finish">{{ labels.insert }}</button>
        </div>
      </div>
    </div>`,
  props: { canned: Object, box: Function, listId: String },
  emits: ["typed", "active", "used", "files"],
  data() {
    return { open: false, found: [], active: 0, query: "", isLoading: false, failed: false, asking: null, text: "", blanks: [], answers: {}, missing: -1 };
  },
  computed: {
    labels() {
      return this.canned.labels;
    },
    shown() {
      return this.found.slice(0, MOST_SHOWN);
    },
    note() {
      if (this.isLoading) return this.labels.loading;
      if (this.failed && !store.items.length) return this.labels.failed;
      if (!this.found.length) return store.items.length ? this.labels.none : this.labels.empty;
      return this.found.length > MOST_SHOWN ? this.labels.more.replace("{count}", String(this.found.length - MOST_SHOWN)) : "";
    },
    preview() {
      return fill(this.text, this.canned.variables, this.answers);
    },
  },
  watch: {
    active: "tell",
    open: "tell",
    found: "tell",
  },
  created() {
    this.refused = -1; // the place of a `/` whose list was closed by Esc
    this.waiting = null; // a key that was pressed while a syllable was composed
  },
  mounted() {
    this.idle = setTimeout(() => load(this.canned.path), 1500); // the page itself comes first
  },
  beforeUnmount() {
    clearTimeout(this.idle);
  },
  methods: {
    titleOf(one) {
      return (this.canned.english && one.title_en) || one.title;
    },
    filled(one) {
      return fill(this.textOf(one, this.canned.english), this.canned.variables, {});
    },
    textOf(one, english) {
      return (english && one.body_en) || one.body;
    },
    // ---- called by the reply box
    // The text or the caret changed.
    look() {
      if (this.asking) this.stop();
      const box = this.box();
      const token = box.readOnly || box.selectionStart !== box.selectionEnd ? null : tokenBefore(box.value, box.selectionStart);
      if (!token || token.start !== this.refused) this.refused = -1;
      if (!token || this.refused >= 0) {
        this.open = false;
        return;
      }
      const isSame = this.open && this.query === token.query;
      this.query = token.query;
      if (!this.open) this.fetch();
      this.open = true;
      if (!isSame) this.find();
    },
    leave() {
      this.open = false;
    },
    // The button: a slash at the caret, as if typed.
    begin() {
      const { value, selectionStart, selectionEnd } = this.box();
      const before = value.slice(0, selectionStart);
      this.put(!before || /\s$/u.test(before) ? "/" : " /", selectionStart, selectionEnd);
    },
    // Whether the list is open: then Enter inserts the marked reply, and sends nothing.
    enter() {
      if (!this.open) return false;
      const one = this.shown[this.active];
      if (one) this.choose(one, this.canned.english);
      return true;
    },
    escape() {
      if (!this.open) return false;
      this.refused = tokenBefore(this.box().value, this.box().selectionStart)?.start ?? -1;
      this.open = false;
      return true;
    },
    // A key in the box while the list is open; whether it was for the list.
    key(event, isComposing) {
      if (!this.open) return false;
      const step = STEPS[event.key] ?? STEPS[event.code];
      const isOther = event.code === "Enter" && event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
      const isTab = event.code === "Tab" && !event.shiftKey;
      if (!step && !isOther && !isTab) return false;
      event.preventDefault();
      const act = () => {
        if (step) this.move(step);
        else if (isTab) this.enter();
        else if (this.shown[this.active]) this.choose(this.shown[this.active], !this.canned.english);
      };
      this.waiting = isComposing ? act : null;
      if (!isComposing) act();
      return true;
    },
    composed() {
      setTimeout(() => {
        const act = this.waiting;
        this.waiting = null;
        if (act) act();
      }, AGAIN_MS);
    },
    // ---- the list
    fetch() {
      if (!store.isStale && !store.loading) return;
      this.isLoading = !store.items.length;
      load(this.canned.path).then(() => {
        this.isLoading = false;
        this.failed = store.failed;
        if (this.open) this.find();
      });
    },
    changed() {
      if (this.open) this.fetch();
    },
    find() {
      this.found = search(this.query, this.canned.department);
      this.active = 0;
    },
    move(step) {
      const count = this.shown.length;
      if (count) this.active = (this.active + step + count) % count;
      this.$nextTick(() => document.getElementById(`${this.listId}-${this.active}`)?.scrollIntoView({ block: "nearest" }));
    },
    tell() {
      this.$emit("active", this.open && this.shown.length ? `${this.listId}-${this.active}` : "");
    },
    held(event) {
      if (!this.asking && !event.target.closest("a")) event.preventDefault(); // the caret stays in the box
    },
    // ---- one reply
    choose(one, english) {
      const token = tokenBefore(this.box().value, this.box().selectionStart);
      this.token = token && this.box().value.slice(token.start, token.start + token.query.length + 1);
      this.start = token ? token.start : this.box().selectionStart;
      this.text = this.textOf(one, english);
      this.blanks = blanksOf(this.text);
      this.answers = {};
      this.missing = -1;
      this.open = false;
      this.asking = one;
      if (!this.blanks.length) this.insert();
      else this.$nextTick(() => {
        for (const [place, field] of this.$refs.fields.entries()) new EnterToSend(field, () => this.next(place));
        this.$refs.fields[0].focus();
      });
    },
    next(place) {
      if (place + 1 < this.blanks.length) this.$refs.fields[place + 1].focus();
      else this.finish();
    },
    finish() {
      this.missing = this.blanks.findIndex((blank) => !this.answers[blank]?.trim());
      if (this.missing >= 0) this.$refs.fields[this.missing].focus();
      else this.insert();
    },
    insert() {
      const answers = Object.fromEntries(this.blanks.map((blank) => [blank, this.answers[blank].trim()]));
      const { id, files } = this.asking;
      this.asking = null;
      // What was typed elsewhere meanwhile stays: only the search itself is replaced.
      const isThere = this.token && this.box().value.startsWith(this.token, this.start);
      const box = this.box();
      const [start, end] = isThere ? [this.start, this.start + this.token.length] : [box.selectionStart, box.selectionEnd];
      this.put(fill(this.text, this.canned.variables, answers), start, end);
      countUse(id);
      this.$emit("used", id);
      this.$emit("files", files ?? []);
    },
    // As typing does, so that the browser can undo it.
    put(text, start, end) {
      const box = this.box();
      box.focus();
      box.setSelectionRange(start, end);
      if (document.execCommand("insertText", false, text)) return; // it reports an input of its own
      box.setRangeText(text, start, end, "end");
      this.$emit("typed");
    },
    cancel() {
      this.stop();
      this.box().focus();
    },
    stop() {
      this.asking = null;
      this.refused = this.start;
    },
  },
};
