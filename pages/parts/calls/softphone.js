// The bridge between the desk and the softphone in the window around it: the whole state goes up, commands come down.
// A desk outside of that window has no softphone, and says so.
const EVERY_MS = 150; // changes within this time are sent as one state

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
      this.newest = state;
      this.timer ??= setTimeout(() => {
        this.timer = null;
        this.$emit("state", { ...this.newest, at: Date.now() });
      }, EVERY_MS);
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
