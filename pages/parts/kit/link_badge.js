// The connection badge. It must be right exactly when the server cannot be reached, so the browser draws it.
import { watchLink } from "desk_link";

const GRACE_MS = 3000; // a new page is not yet "away"
const ICONS = { synced: "●", behind: "▲", away: "✕" }; // shapes, so that the meaning does not depend on colour

export default {
  template: `
    <span class="desk-link" role="status" :aria-live="state === 'synced' ? 'off' : 'polite'" :data-state="state">
      <span class="desk-link-icon" aria-hidden="true">{{ icon }}</span> <span class="desk-link-word">{{ word }}</span>
    </span>`,
  props: { labels: Object, number: { type: Number, default: null }, behind: Boolean },
  data() {
    return { linked: true };
  },
  computed: {
    state() {
      if (!this.linked) return "away";
      return this.behind ? "behind" : "synced";
    },
    icon() {
      return ICONS[this.state];
    },
    word() {
      const word = this.labels[this.state];
      return this.state === "synced" && this.number !== null ? `${word} · ${this.number.toLocaleString()}` : word;
    },
  },
  watch: {
    // Elements that need the server are styled by this attribute as disabled.
    linked: (up) => document.documentElement.toggleAttribute("data-away", !up),
  },
  mounted() {
    this.reached = false;
    this.grace = setTimeout(() => (this.linked = this.reached), GRACE_MS);
    this.unwatch = watchLink((up) => {
      clearTimeout(this.grace);
      this.linked = this.reached = up;
    });
    const popup = document.getElementById("popup"); // NiceGUI's own notice, which this badge replaces
    if (popup) popup.style.display = "none";
  },
  beforeUnmount() {
    clearTimeout(this.grace);
    this.unwatch();
  },
};
