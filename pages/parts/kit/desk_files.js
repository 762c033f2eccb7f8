// Files for the reply box: picked, dropped or pasted, sent one after the other with progress, cancelled, sent again.
//
// Each is a PUT under an id that is made here: sent again under the same id it is the same message. XHR, since fetch reports
// no progress of what it sends. Files of a canned reply wait for the message that they go with; the server sends its own copy.
import { newestNumber, newId } from "desk_pending";

export const FileUploads = {
  template: `
    <div class="desk-uploads">
      <ul v-if="uploads.length" class="desk-pending" aria-live="polite">
        <li v-for="one in uploads" :key="one.id" class="desk-pending-send" :data-state="one.state === 'failed' ? 'failed' : undefined">
          <span class="desk-pending-text" dir="auto">{{ one.name }}</span>
          <progress v-if="one.state === 'sending'" max="1" :value="one.done" :aria-label="one.name"></progress>
          <span class="desk-pending-state">{{ sentence(one) }}</span>
          <button v-if="one.state === 'failed' && one.again" type="button" class="desk-button" @click="again(one)">{{ files.labels.again }}</button>
          <button type="button" class="desk-button" :aria-label="files.labels.cancel + ': ' + one.name" @click="cancel(one)">{{ files.labels.cancel }}</button>
        </li>
      </ul>
      <input ref="picker" type="file" multiple hidden :accept="files.accept" @change="picked" />
      <input ref="camera" type="file" hidden accept="image/jpeg,image/png" capture="environment" @change="picked" />
    </div>`,
  props: { files: Object, transcript: String },
  emits: ["sent"],
  data() {
    return { uploads: [] };
  },
  mounted() {
    this.area = this.$el.closest(".desk-drop, .desk-conversation, .talk") ?? document.body;
    this.on = { dragover: this.over, dragleave: this.left, drop: this.dropped, paste: this.pasted };
    for (const [name, handler] of Object.entries(this.on)) this.area.addEventListener(name, handler);
  },
  beforeUnmount() {
    for (const [name, handler] of Object.entries(this.on)) this.area.removeEventListener(name, handler);
    for (const one of this.uploads) one.request?.abort();
  },
  methods: {
    pick() {
      this.$refs.picker.click();
    },
    photograph() {
      this.$refs.camera.click();
    },
    picked(event) {
      this.take(event.target.files);
      event.target.value = ""; // the same file can be picked again
    },
    over(event) {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = this.files.off ? "none" : "copy";
      this.area.classList.toggle("desk-dropping", !this.files.off);
    },
    left(event) {
      if (!this.area.contains(event.relatedTarget)) this.area.classList.remove("desk-dropping");
    },
    dropped(event) {
      this.area.classList.remove("desk-dropping");
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault(); // the browser would leave the page for the file
      this.take(event.dataTransfer.files);
    },
    pasted(event) {
      if (!event.clipboardData?.files.length || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      this.take(event.clipboardData.files);
    },
    take(files) {
      if (this.files.off) return;
      for (const file of files) {
        const one = { id: newId(), name: file.name.normalize("NFC"), state: "waiting", done: 0, sentence: "", again: true };
        this.uploads.push(one);
        this.contents ??= new Map();
        this.contents.set(one.id, file);
        if (file.size > this.files.most) this.fail(one, this.files.labels.too_large, false);
      }
      this.next();
    },
    // ---- files of canned replies
    attach(files) {
      for (const file of files) this.uploads.push({ id: newId(), name: file.name, canned: file.id, state: "attached", done: 0, sentence: "", again: true });
    },
    // The attached files go with this message; taken back (null), they wait for the next one.
    bind(send, from = null) {
      for (const one of this.uploads) if (one.state === "attached" && (one.send ?? null) === from) one.send = send;
    },
    // The message goes out, and what is bound to it follows.
    release(send = null) {
      for (const one of this.uploads) if (one.state === "attached" && (one.send ?? null) === send) one.state = "waiting";
      this.next();
    },
    // One at a time, in the order in which they were given: so they arrive.
    next() {
      if (this.uploads.some((one) => one.state === "sending")) return;
      const one = this.uploads.find((one) => one.state === "waiting");
      if (one) this.send(one);
    },
    send(one) {
      one.state = "sending";
      one.done = 0;
      const request = new XMLHttpRequest();
      one.request = request;
      const query = new URLSearchParams({ name: one.name, seen: String(this.transcript ? newestNumber(this.transcript) : 0) });
      request.open("PUT", `${this.files.path}/${one.id}${one.canned ? `/canned/${one.canned}` : ""}?${query}`);
      request.setRequestHeader("Accept", "application/json");
      request.upload.onprogress = (event) => event.lengthComputable && (one.done = event.loaded / event.total);
      request.onload = () => (request.status === 200 ? this.sent(one) : this.fail(one, saidBy(request), request.status >= 409 && request.status !== 413 && request.status !== 422));
      request.onerror = () => this.fail(one, this.files.labels.away, true);
      request.send(this.contents?.get(one.id) ?? null);
    },
    sent(one) {
      this.drop(one);
      this.$emit("sent", {});
    },
    fail(one, sentence, again) {
      Object.assign(one, { state: "failed", sentence: sentence || this.files.labels.failed, again, request: null });
      this.next();
    },
    again(one) {
      one.state = "waiting";
      this.next();
    },
    cancel(one) {
      one.request?.abort();
      this.drop(one);
    },
    drop(one) {
      this.contents?.delete(one.id);
      this.uploads = this.uploads.filter((other) => other.id !== one.id);
      this.next();
    },
    sentence(one) {
      if (one.state === "failed") return one.sentence;
      if (one.state === "attached") return this.files.labels.attached;
      return one.state === "sending" ? `${Math.round(one.done * 100)} %` : this.files.labels.waiting;
    },
  },
};

function saidBy(request) {
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return "";
  }
}
