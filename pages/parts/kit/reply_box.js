// The reply box. The textarea belongs to the browser alone: redrawing never touches its text or its caret;
// the few methods that change them say when they may.
import { characters, Draft } from "desk_draft";
import { EnterToSend } from "desk_enter";
import { watchLink } from "desk_link";
import { Mentions } from "desk_mentions";
import { newId, PendingSends } from "desk_pending";

const MAX_LINES = 6;
const TYPING_MS = 3000; // at most one `typing` event in this time
const PATIENCE_MS = 10_000; // after this time an unanswered message can be sent again by hand
const GRACE_MS = 3000; // a new page is not yet "away"

export default {
  template: `
    <div class="desk-reply" style="width:100%">
      <ul v-if="sends.length" class="desk-pending" aria-live="polite">
        <li v-for="send in sends" :key="send.id" class="desk-pending-send" :data-state="send.state">
          <span class="desk-pending-text" dir="auto" style="white-space:pre-wrap;overflow-wrap:anywhere">{{ send.text }}</span>
          <span class="desk-pending-state">{{ sentence(send) }}</span>
          <template v-if="send.state === 'held'">
            <button type="button" class="desk-button" @click="again(send)">{{ labels.send_anyway }}</button>
            <button type="button" class="desk-button" @click="edit(send)">{{ labels.edit }}</button>
          </template>
          <button v-else-if="send.state === 'resting'" type="button" class="desk-button" @click="edit(send)">{{ labels.undo }}</button>
          <button v-else-if="send.state === 'failed' || now - send.tried > ${PATIENCE_MS}" type="button"
            class="desk-button" @click="again(send)">{{ labels.again }}</button>
          <button v-if="send.state === 'failed'" type="button" class="desk-button" @click="pending.drop(send.id)">{{ labels.discard }}</button>
        </li>
      </ul>
      <p v-if="disabled && reason" :id="$attrs.id + '-reason'" class="desk-reply-reason">{{ reason }}</p>
      <ul v-if="people.options.length" :id="$attrs.id + '-people'" class="desk-mentions" role="listbox" :aria-label="labels.people" @mousedown.prevent>
        <li v-for="(one, place) in people.options" :key="one.id" :id="$attrs.id + '-' + one.id" role="option"
          :aria-selected="place === people.at ? 'true' : 'false'" @click="mentions.choose(place)">{{ one.name }} <span>{{ one.detail }}</span></li>
      </ul>
      <div class="desk-reply-row" style="display:flex;align-items:flex-end;gap:8px">
        <textarea ref="box" rows="1" class="desk-reply-text" dir="auto" :enterkeyhint="withCtrl ? 'enter' : 'send'"
          style="flex:1;min-width:0;resize:none;box-sizing:border-box"
          :aria-label="labels.box" :placeholder="placeholder" :readonly="disabled"
          :aria-controls="people.options.length ? $attrs.id + '-people' : undefined"
          :aria-activedescendant="people.options.length ? $attrs.id + '-' + people.options[people.at].id : undefined"
          :aria-describedby="disabled && reason ? $attrs.id + '-reason' : undefined"
          :aria-invalid="count > limit ? true : undefined" @input="typed" @blur="draft.flush()" @keydown.esc="leave" @keydown="takeBack"></textarea>
        <span v-if="count > limit * 0.9" class="desk-reply-count" :data-over="count > limit ? 1 : undefined"
          role="status">{{ count > limit ? labels.too_long : '' }} {{ count }} / {{ limit }}</span>
        <button type="button" class="desk-send" :disabled="disabled" :aria-label="labels.send" @click="submit">{{ labels.send }}</button>
      </div>
    </div>`,
  props: {
    labels: Object,
    placeholder: String,
    text: String,
    keep: String,
    transcript: String,
    limit: Number,
    disabled: Boolean,
    keepsDrafts: Boolean, // whether the server stores drafts; a customer's are kept by this tab alone
    reason: String,
    withCtrl: Boolean, // Ctrl+Enter sends, Enter begins a new line
    undoMs: { type: Number, default: 0 }, // so long a sent message rests before it goes out
    hasMentions: Boolean, // `@` opens a list of people
  },
  emits: ["send", "draft", "typing", "people"],
  data() {
    return { sends: [], away: false, count: 0, now: Date.now(), people: { options: [], at: 0 } };
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
    this.patience = setInterval(() => this.sends.length && (this.now = Date.now()), 1000);
    this.grace = setTimeout(() => (this.away = !this.linked), GRACE_MS);
    this.unwatch = watchLink((up) => this.link(up));
  },
  beforeUnmount() {
    this.draft.close();
    this.pending.stop();
    this.unwatch();
    window.removeEventListener("pagehide", this.leaving);
    clearInterval(this.patience);
    clearTimeout(this.grace);
  },
  methods: {
    // ---- sending
    submit() {
      const text = this.$refs.box.value;
      if (this.disabled || !text.trim() || characters(text) > this.limit) return;
      const at = Date.now();
      const order = performance.now(); // two messages of one millisecond keep their order
      this.show("");
      this.lastTyping = 0; // the message removed the typing note on the other side: the next text shows it again
      if (this.linked) this.draft.agree(""); // the server empties its draft when it stores the message
      else this.draft.typed("");
      this.$refs.box.focus();
      const mentions = this.mentions?.taken(text) ?? [];
      const send = { id: newId(), text, mentions, seen: this.newest(), state: "sending", at, order, tried: at };
      if (this.undoMs) this.rest({ ...send, state: "resting", due: at + this.undoMs });
      else this.deliver(send);
    },
    deliver(send) {
      this.pending.put(send);
      if (this.linked) this.tell(send);
    },
    // Until its time the writer can take the message back; after a reload, what is left of it counts.
    rest(send) {
      this.pending.put(send);
      setTimeout(() => this.release(send.id), Math.max(0, send.due - Date.now()));
    },
    release(id) {
      const send = this.pending.find(id); // taken back meanwhile, or sent by another tab
      if (send?.state === "resting") this.deliver({ ...send, state: "sending", tried: Date.now() });
    },
    tell({ id, text, seen, mentions = [] }) {
      this.$emit("send", { id, text, seen, mentions });
    },
    again(send) {
      this.deliver({ ...send, seen: this.newest(), state: "sending", tried: Date.now() });
    },
    edit(send) {
      this.pending.drop(send.id);
      this.restore(send.text);
      this.focus();
    },
    // The newest number on screen: the writer has seen all messages up to it, and none after it.
    newest() {
      const numbered = document.querySelector(this.transcript)?.querySelectorAll("[data-number]") ?? [];
      return Math.max(0, ...[...numbered].map((message) => Number(message.dataset.number) || 0));
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
    sentence(send) {
      if (send.state === "resting") return this.labels.resting;
      if (send.state !== "sending") return send.sentence || this.labels.failed;
      return this.away ? this.labels.waiting : this.labels.sending;
    },
    // ---- typing
    typed() {
      const text = this.$refs.box.value;
      this.draft.typed(text);
      this.measure();
      const now = Date.now();
      if (!text.trim() || now - this.lastTyping < TYPING_MS) return;
      this.lastTyping = now;
      if (this.linked) this.$emit("typing", {});
    },
    // Esc leaves the box for the page's shortcuts; during composition it belongs to the input method.
    leave(event) {
      if (event.isComposing || this.enter.composing) return;
      event.stopPropagation();
      this.$refs.box.blur();
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
      const box = this.$refs.box;
      this.count = characters(box.value);
      box.style.height = "auto";
      const style = getComputedStyle(box);
      const line = parseFloat(style.lineHeight) || parseFloat(style.fontSize) * 1.4;
      const most = MAX_LINES * line + parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
      const borders = box.offsetHeight - box.clientHeight;
      box.style.overflowY = box.scrollHeight > most + 1 ? "auto" : "hidden";
      if (box.scrollHeight) box.style.height = Math.min(box.scrollHeight, most) + borders + "px";
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
    focus() {
      this.$refs.box.focus();
    },
    people_found(number, options) {
      this.mentions?.found(number, options);
    },
  },
};
