// Shows by the operating system that something rings while the desk cannot be seen; the setting is this browser's.
// The window around the desk owns the notifications; without one this page does.
import { Notices } from "/static/softphone/notices.js";

export default {
  template: `<span hidden></span>`,
  props: { keep: String },
  emits: ["state"],
  created() {
    const around = window.parent === window ? null : window.parent.softphone?.notices;
    this.notices = around ?? (window.deskNotices ??= new Notices());
    this.notices.forget();
    this.rings = new Map();
  },
  mounted() {
    this.elsewhere = (event) => event.key === this.keep && this.changed();
    window.addEventListener("storage", this.elsewhere);
    this.tell();
  },
  beforeUnmount() {
    window.removeEventListener("storage", this.elsewhere);
    this.notices.forget();
  },
  methods: {
    kept() {
      try {
        return JSON.parse(localStorage.getItem(this.keep)) ?? {};
      } catch {
        return {};
      }
    },
    change(changes) {
      try {
        localStorage.setItem(this.keep, JSON.stringify({ ...this.kept(), ...changes }));
      } catch {
        // No storage: notifications stay on.
      }
      this.changed();
    },
    changed() {
      this.notices.forget();
      if (this.isOn()) for (const [tag, texts] of this.rings) this.notices.want(tag, ...texts);
      this.tell();
    },
    isOn() {
      return this.kept().on !== false;
    },
    tell() {
      const { asked } = this.kept();
      this.$emit("state", { permission: this.notices.permission, on: this.isOn(), asked: asked === true });
    },
    // ---- methods called by the server
    want(tag, title, body) {
      this.rings.set(tag, [title, body]);
      if (this.isOn()) this.notices.want(tag, title, body);
    },
    unwant(tag) {
      this.rings.delete(tag);
      this.notices.unwant(tag);
    },
    async ask() {
      this.change({ asked: true, on: true });
      await this.notices.ask();
      this.tell();
    },
    test(title, body) {
      this.$el.dataset.tested = this.notices.test(title, body) ? "1" : "0";
    },
    mark_asked() {
      this.change({ asked: true });
    },
    set_on(on) {
      this.change({ on });
    },
  },
};
