// The bridge between the desk and the softphone in the window around it: the whole state goes up, commands come down.
// A desk outside of that window has no softphone, and says so.
const EVERY_MS = 150; // changes within this time are sent as one state; the first one of a page at once

export default {
  template: `<span hidden></span>`,
  props: { username: String },
  emits: ["state"],
  mounted() {
    this.phone = window.parent === window ? null : window.parent.softphone;
    if (!this.phone) return this.$emit("state", { link: "absent", at: Date.now() });
    this.detach = this.phone.attach(this.username, (state) => this.hear(state));
  },
  beforeUnmount() {
    this.detach?.();
    clearTimeout(this.timer);
  },
  methods: {
    hear(state) {
      const isFirst = !this.newest;
      this.newest = state;
      if (isFirst) return this.tell();
      this.timer ??= setTimeout(() => {
        this.timer = null;
        this.tell();
      }, EVERY_MS);
    },
    tell() {
      this.$emit("state", { ...this.newest, at: Date.now() });
    },
    async command(name, asked) {
      if (!this.phone) return { ok: false, error: "NotReady" };
      return await this.phone.command(name, JSON.parse(JSON.stringify(asked)));
    },
    async check(ask) {
      return await this.phone?.check({ ask });
    },
  },
};
