// The reply box. The textarea belongs to the browser alone: redrawing never touches its text or its caret;
// the few methods that change them say when they may.
import { store } from "desk_canned";
import { CannedList } from "desk_canned_list";
import { characters, Draft } from "desk_draft";
import { EnterToSend } from "desk_enter";
import { grow } from "desk_grow";
import { FileUploads } from "desk_files";
import { watchLink } from "desk_link";
import { Mentions } from "desk_mentions";
import { newestNumber, newId, PendingSends } from "desk_pending";
import { PendingList } from "desk_pending_list";

const TYPING_MS = 3000; // at most one `typing` event in this time
const GRACE_MS = 3000; // a new page is not yet "away"

export default {
  components: { CannedList, FileUploads, PendingList },
  template: `
    <div class="desk-reply" style="width:100%">
      <pending-list :sends="sends" :labels="labels" :away="away" @again="again" @edit="edit" @discard="pending.drop($event.id)"></pending-list>
      <file-uploads v-if="files" ref="files" :files="{ ...files, off: disabled }" :transcript="transcript"></file-uploads>
      <p v-if="disabled && reason" :id="$attrs.id + '-reason'" class="desk-reply-reason">{{ reason }}</p>
      <canned-list v-if="canned" ref="canned" :canned="canned" :box="() => $refs.box" :list-id="$attrs.id + '-canned'"
        @typed="typed" @active="active = $event" @used="$emit('used', { id: $event })" @files="$refs.files?.attach($event)"></canned-list>
      <ul v-if="people.options.length" :id="$attrs.id + '-people'" class="desk-mentions" role="listbox" :aria-label="labels.people" @mousedown.prevent>
        <li v-for="(one, place) in people.options" :key="one.id" :id="$attrs.id + '-' + one.id" role="option"
          :aria-selected="place === people.at ? 'true' : 'false'" @click="mentions.choose(place)">{{ one.name }} <span>{{ one.detail }}</span></li>
      </ul>
      <div class="desk-reply-row" style="display:flex;align-items:flex-end;gap:8px">
        <button v-if="canned" type="button" class="desk-canned-open" :disabled="disabled" :aria-label="canned.labels.list"
          :title="canned.labels.hint" @mousedown.prevent @click="$refs.canned.begin()"><i class="material-icons" aria-hidden="true">bolt</i></button>
        <button v-if="files" type="button" class="desk-canned-open" :disabled="disabled" :aria-label="files.labels.pick"
          :title="files.labels.pick" @click="$refs.files.pick()"><i class="material-icons" aria-hidden="true">attach_file</i></button>
        <button v-if="files" type="button" class="desk-canned-open desk-camera" :disabled="disabled" :aria-label="files.labels.camera"
          @click="$refs.files.photograph()"><i class="material-icons" aria-hidden="true">photo_camera</i></button>
        <textarea ref="box" rows="1" class="desk-reply-text" dir="auto" :enterkeyhint="withCtrl ? 'enter' : 'send'"
          style="flex:1;min-width:0;resize:none;box-sizing:border-box"
          :aria-label="labels.box" :placeholder="placeholder" :readonly="disabled"
          :aria-autocomplete="canned || hasMentions ? 'list' : undefined" :aria-controls="open.list" :aria-activedescendant="open.option"
          :aria-describedby="disabled && reason ? $attrs.id + '-reason' : undefined"
          :aria-invalid="count > limit ? true : undefined" @input="typed" @blur="left" @keydown="keyed"
          @click="look" @keyup="look" @focus="look" @compositionend="$refs.canned?.composed()"></textarea>
        <span v-if="count > limit * 0.9" class="desk-reply-count" :data-over="count > limit ? 1 : undefined"
          role="status">{{ count > limit ? labels.too_long : '' }} {{ count }} / {{ limit }}</span>
        <button type="button" class="desk-send" :disabled="disabled" :aria-label="labels.send" @click="submit">{{ labels.send }}</button>
      </div>
    </div>`,
  props: {
    labels: Object, placeholder: String, text: String, keep: String, transcript: String, limit: Number, disabled: Boolean,
    keepsDrafts: Boolean, // whether the server stores drafts; a customer's are kept by this tab alone
    reason: String,
    canned: Object, // the list of canned replies; none on the customer's side
    withCtrl: Boolean, // Ctrl+Enter sends, Enter begins a new line
    undoMs: { type: Number, default: 0 }, // so long a sent message rests before it goes out
    hasMentions: Boolean, // `@` opens a list of people
    files: Object, // how files are sent; none where they cannot be
  },
  emits: ["send", "draft", "typing", "used", "people"],
  data() {
    return { sends: [], away: false, count: 0, active: "", people: { options: [], at: 0 } };
  },
  computed: {
    // The list that is open, and the option in it that Enter chooses.
    open() {
      const person = this.people.options[this.people.at];
      if (this.active) return { list: `${this.$attrs.id}-canned`, option: this.active };
      return person ? { list: `${this.$attrs.id}-people`, option: `${this.$attrs.id}-${person.id}` } : {};
    },
  },
  created() {
    this.linked = false;
    this.lastTyping = 0;
    this.pending = new PendingSends(this.keep, (sends) => (this.sends = sends));
    this.draft = new Draft(this.keep, (text) => this.keepsDrafts && this.linked && this.$emit("draft", { text }));
  },
  mounted() {
    if (this.hasMentions) {
      const ask = (number, text) => this.linked && this.$emit("people", { number, text });
      this.mentions = new Mentions(this.$refs.box, this.keep, ask, (people) => (this.people = people));
    }
    this.enter = new EnterToSend(this.$refs.box, () => this.submit(), { modified: this.withCtrl });
    this.show(this.draft.open(this.text));
    this.pending.tell();
    this.leaving = () => this.draft.flush();
    window.addEventListener("pagehide", this.leaving);
    this.grace = setTimeout(() => (this.away = !this.linked), GRACE_MS);
    this.unwatch = watchLink((up) => this.link(up));
  },
  beforeUnmount() {
    this.draft.close();
    this.pending.stop();
    this.unwatch();
    window.removeEventListener("pagehide", this.leaving);
    clearTimeout(this.grace);
  },
  methods: {
    // ---- sending
    submit() {
      if (this.$refs.canned?.enter()) return;
      const text = this.$refs.box.value;
      if (this.disabled || characters(text) > this.limit) return;
      if (!text.trim()) return void this.$refs.files?.release(); // files of a canned reply alone
      const at = Date.now(), order = performance.now(); // two messages of one millisecond keep their order
      this.show("");
      this.lastTyping = 0; // the message removed the typing note on the other side: the next text shows it again
      if (this.linked) this.draft.agree(""); // the server empties its draft when it stores the message
      else this.draft.typed("");
      this.$refs.box.focus();
      const mentions = this.mentions?.taken(text) ?? [];
      const send = { id: newId(), text, mentions, seen: newestNumber(this.transcript), state: "sending", at, order, tried: at };
      this.$refs.files?.bind(send.id);
      if (this.undoMs) this.rest({ ...send, state: "resting", due: at + this.undoMs });
      else this.deliver(send);
    },
    deliver(send) {
      this.pending.put(send);
      if (this.linked) this.tell(send);
    },
    rest(send) {
      this.pending.rest(send, (due) => this.deliver({ ...due, state: "sending", tried: Date.now() }));
    },
    tell({ id, text, seen, mentions = [] }) {
      this.$emit("send", { id, text, seen, mentions });
      this.$refs.files?.release(id);
    },
    again(send) {
      this.deliver({ ...send, seen: newestNumber(this.transcript), state: "sending", tried: Date.now() });
    },
    edit(send) {
      this.pending.drop(send.id);
      this.$refs.files?.bind(null, send.id);
      this.restore(send.text);
      this.focus();
    },
    link(up) {
      this.linked = up;
      this.away = !up;
      if (!up) return;
      for (const send of this.pending.all()) {
        if (send.state === "sending") this.tell(send);
        if (send.state === "resting") this.rest(send);
      }
      this.draft.flush();
    },
    typed() {
      const text = this.$refs.box.value;
      this.draft.typed(text);
      this.measure();
      this.look();
      const now = Date.now();
      if (!text.trim() || now - this.lastTyping < TYPING_MS) return;
      this.lastTyping = now;
      if (this.linked) this.$emit("typing", {});
    },
    keyed(event) {
      const isComposing = event.isComposing || this.enter.composing;
      if (this.$refs.canned?.key(event, isComposing)) event.stopImmediatePropagation();
      else if (event.key === "Escape") this.leave(event, isComposing);
      else this.takeBack(event);
    },
    // Esc leaves the box for the page's shortcuts; during composition it belongs to the input method.
    leave(event, isComposing) {
      if (isComposing) return;
      event.stopPropagation();
      if (!this.$refs.canned?.escape()) this.$refs.box.blur();
    },
    left() {
      this.draft.flush();
      this.$refs.canned?.leave();
    },
    look() {
      this.$refs.canned?.look();
    },
    // Ctrl+Z in the empty box takes back the message that rests; with text in it, it is the browser's.
    takeBack(event) {
      const last = this.sends.filter((send) => send.state === "resting").pop();
      if (!last || event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey) || this.$refs.box.value) return;
      event.preventDefault();
      this.edit(last);
    },
    show(text) {
      this.$refs.box.value = text;
      this.measure();
    },
    measure() {
      this.count = characters(this.$refs.box.value);
      grow(this.$refs.box);
    },
    // ---- methods called by the server
    settle(id) {
      this.pending.drop(id);
    },
    fail(id, sentence) {
      this.pending.mark(id, { state: "failed", sentence });
    },
    hold(id, sentence) {
      this.pending.mark(id, { state: "held", sentence });
    },
    restore(text) {
      const box = this.$refs.box;
      if (this.enter.composing) {
        // Changing the text now would break the syllable: wait until it ends, and for an Enter that came with it.
        box.addEventListener("compositionend", () => setTimeout(() => this.restore(text)), { once: true });
        return;
      }
      const typed = box.value;
      box.setRangeText(typed ? text + "\n" : text, 0, 0, typed ? "preserve" : "end");
      this.typed();
    },
    set_draft(text) {
      const box = this.$refs.box;
      const busy = document.activeElement === box && box.value !== "";
      if (busy || this.enter.composing || box.value === text) return;
      this.draft.agree(text);
      this.show(text);
    },
    draft_kept(text) {
      this.draft.kept(text);
    },
    // The same text was sent from another tab of this person: it is no longer a draft.
    sent_elsewhere(text) {
      if (this.enter.composing || this.$refs.box.value.trim() !== text.trim()) return;
      this.draft.agree("");
      this.show("");
    },
    // A reply was changed: the list is fetched again, now if it is open, else when it is opened next.
    canned_changed() {
      store.isStale = true;
      this.$refs.canned?.changed();
    },
    focus() {
      this.$refs.box.focus();
    },
    people_found(number, options) {
      this.mentions?.found(number, options);
    },
  },
};
