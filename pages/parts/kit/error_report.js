// Uncaught errors of this page: reported to the server once each, by kind and place. Their messages are not
// reported: they may contain people's text.
const MOST = 10; // a page that fails in a loop reports no more

export default {
  template: `<span hidden></span>`,
  emits: ["failed"],
  mounted() {
    this.told = new Set();
    this.failed = (event) => this.tell(event.error, `${event.filename}:${event.lineno}:${event.colno}`);
    this.rejected = (event) => this.tell(event.reason, "promise");
    window.addEventListener("error", this.failed);
    window.addEventListener("unhandledrejection", this.rejected);
  },
  beforeUnmount() {
    window.removeEventListener("error", this.failed);
    window.removeEventListener("unhandledrejection", this.rejected);
  },
  methods: {
    tell(error, place) {
      const kind = error?.name ?? typeof error;
      const frames = String(error?.stack ?? "").match(/[^/\s()]+:\d+:\d+/g) ?? [];
      const key = kind + place;
      if (this.told.has(key) || this.told.size >= MOST) return;
      this.told.add(key);
      this.$emit("failed", { kind, place: place.replace(/^.*\//, ""), frames: frames.slice(0, 5) });
    },
  },
};
