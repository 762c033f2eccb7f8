// The messages above the reply box that the server has not confirmed: what became of each, and what can be done.
const PATIENCE_MS = 10_000; // after this time an unanswered message can be sent again by hand

export const PendingList = {
  template: `
    <ul v-if="sends.length" class="desk-pending" aria-live="polite">
      <li v-for="send in sends" :key="send.id" class="desk-pending-send" :data-state="send.state">
        <span class="desk-pending-text" dir="auto" style="white-space:pre-wrap;overflow-wrap:anywhere">{{ send.text }}</span>
        <span class="desk-pending-state">{{ sentence(send) }}</span>
        <template v-if="send.state === 'held'">
          <button type="button" class="desk-button" @click="$emit('again', send)">{{ labels.send_anyway }}</button>
          <button type="button" class="desk-button" @click="$emit('edit', send)">{{ labels.edit }}</button>
        </template>
        <button v-else-if="send.state === 'resting'" type="button" class="desk-button" @click="$emit('edit', send)">{{ labels.undo }}</button>
        <button v-else-if="send.state === 'failed' || now - send.tried > ${PATIENCE_MS}" type="button"
          class="desk-button" @click="$emit('again', send)">{{ labels.again }}</button>
        <button v-if="send.state === 'failed'" type="button" class="desk-button" @click="$emit('discard', send)">{{ labels.discard }}</button>
      </li>
    </ul>`,
  props: { sends: Array, labels: Object, away: Boolean },
  emits: ["again", "edit", "discard"],
  data() {
    return { now: Date.now() };
  },
  mounted() {
    this.clock = setInterval(() => this.sends.length && (this.now = Date.now()), 1000);
  },
  beforeUnmount() {
    clearInterval(this.clock);
  },
  methods: {
    sentence(send) {
      if (send.state === "resting") return this.labels.resting;
      if (send.state !== "sending") return send.sentence || this.labels.failed;
      return this.away ? this.labels.waiting : this.labels.sending;
    },
  },
};
