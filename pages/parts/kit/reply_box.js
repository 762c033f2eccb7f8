// The reply box. The textarea belongs to the browser alone: redrawing never touches its text or its caret;
// the few methods that change them say when they may.
import { store } from "desk_canned";
import { CannedList } from "desk_canned_list";
import { Draft } from "desk_draft";
import { EnterToSend } from "desk_enter";
import { FileUploads } from "desk_files";
import { watchLink } from "desk_link";
import { newId, PendingSends } from "desk_pending";

const MAX_LINES = 6;
const TYPING_MS = 3000; // at most one `typing` event in this time
const PATIENCE_MS = 10_000; // after this time an unanswered message can be sent again by hand
const GRACE_MS = 3000; // a new page is not yet "away"

export default {
  components: { CannedList, FileUploads },
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
          <button v-else-if="send.state === 'failed' || now - send.tried > ${PATIENCE_MS}" type="button"
            class="desk-button" @click="again(send)">{{ labels.again }}</button>
          <button v-if="send.state === 'failed'" type="button" class="desk-button" @click="pending.drop(send.id)">{{ labels.discard }}</button>
        </li>
      </ul>
      <file-uploads v-if="files" ref="files" :files="{ ...files, off: disabled }" :newest="newest"></file-uploads>
      <p v-if="disabled && reason" :id="$attrs.id + '-reason'" class="desk-reply-reason">{{ reason }}</p>
      <canned-list v-if="canned" ref="canned" :canned="canned" :box="() => $refs.box" :list-id="$attrs.id + '-canned'"
        @typed="typed" @active="active = $event" @used="$emit('used', { id: $event })"></canned-list>
      <div class="desk-reply-row" style="display:flex;align-items:flex-end;gap:8px">
        <button v-if="canned" type="button" class="desk-canned-open" :disabled="disabled" :aria-label="canned.labels.list"
          :title="canned.labels.hint" @mousedown.prevent @click="$refs.canned.begin()"><i class="material-icons" aria-hidden="true">bolt</i></button>
        <button v-if="files" type="button" class="desk-canned-open" :disabled="disabled" :aria-label="files.labels.pick"
          :title="files.labels.pick" @click="$refs.files.pick()"><i class="material-icons" aria-hidden="true">attach_file</i></button>
        <textarea ref="box" rows="1" class="desk-reply-text" dir="auto" enterkeyhint="send"
          style="flex:1;min-width:0;resize:none;box-sizing:border-box"
          :aria-label="labels.box" :placeholder="placeholder" :readonly="disabled"
          :aria-describedby="disabled && reason ? $attrs.id + '-reason' : undefined"
          :aria-invalid="count > limit ? true : undefined" @input="typed" @blur="left" @keydown="keyed"
          :aria-autocomplete="canned ? 'list' : undefined" :aria-controls="active ? $attrs.id + '-canned' : undefined"
          :aria-activedescendant="active || undefined" @click="look" @keyup="look" @focus="look" @compositionend="composed"></textarea>
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
    canned: Object, // the list of canned replies; none on the customer's side
    files: Object, // how files are sent; none where they cannot be
  },
  emits: ["send", "draft", "typing", "used"],
  data() {
    return { sends: [], away: false, count: 0, now: Date.now(), active: "" };
  },
  created() {
    this.linked = false;
    this.lastTyping = 0;
    this.pending = new PendingSends(this.keep, (sends) => (this.sends = sends));
    this.draft = new Draft(this.keep, (text) => this.keepsDrafts && this.linked && this.$emit("draft", { text }));
  },
  mounted() {
    this.enter = new EnterToSend(this.$refs.box, () => this.submit());
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
      if (this.$refs.canned?.enter()) return;
      const text = this.$refs.box.value;
      if (this.disabled || !text.trim() || characters(text) > this.limit) return;
      const at = Date.now();
      const order = performance.now(); // two messages of one millisecond keep their order
      this.show("");
      this.lastTyping = 0; // the message removed the typing note on the other side: the next text shows it again
      if (this.linked) this.draft.agree(""); // the server empties its draft when it stores the message
      else this.draft.typed("");
      this.$refs.box.focus();
      this.deliver({ id: newId(), text, seen: this.newest(), state: "sending", at, order, tried: at });
    },
    deliver(send) {
      this.pending.put(send);
      if (this.linked) this.tell(send);
    },
    tell({ id, text, seen }) {
      this.$emit("send", { id, text, seen });
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
      for (const send of this.pending.all()) if (send.state === "sending") this.tell(send);
      this.draft.flush();
    },
    sentence(send) {
      if (send.state !== "sending") return send.sentence || this.labels.failed;
      return this.away ? this.labels.waiting : this.labels.sending;
    },
    // ---- typing
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
    // ---- canned replies
    look() {
      this.$refs.canned?.look();
    },
    composed() {
      this.$refs.canned?.composed();
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
    // A reply was changed: the list is fetched again when it is opened next.
    canned_changed() {
      store.isStale = true;
    },
    focus() {
      this.$refs.box.focus();
    },
  },
};

// Characters as Python counts them: an emoji outside the first plane is one.
function characters(text) {
  return [...text].length;
}
