// The transcript's scrolling container. A reader at the end stays at the end; a reader who has scrolled away is
// never moved, whatever is added, removed or grows above or below.
const NEAR_END = 24; // px from the end that still count as the end
const NEAR_TOP = 200; // px from the top at which older messages are asked for
const SEEN_MS = 250; // a message must stay in sight this long

export default {
  template: `
    <div class="desk-scroller" style="position:relative;display:flex;flex-direction:column;min-height:0">
      <div ref="view" class="desk-scroller-view" role="log" tabindex="0" :aria-label="label"
        :aria-live="asking ? 'off' : 'polite'" :aria-busy="asking"
        style="flex:1;min-height:0;overflow-y:auto;overflow-anchor:none" @scroll.passive="scrolled">
        <div ref="content" class="desk-scroller-content"><slot></slot></div>
      </div>
      <button v-if="!atEnd" type="button" class="desk-pill" @click="press"
        style="position:absolute;bottom:12px;left:50%;transform:translateX(-50%)">
        {{ fresh ? freshPill + " " + fresh : pill }}</button>
    </div>`,
  props: { label: String, pill: String, freshPill: String, hasMore: Boolean },
  emits: ["older", "seen", "end"],
  data() {
    return { atEnd: true, asking: false, fresh: 0 };
  },
  mounted() {
    const { view, content } = this.$refs;
    this.more = this.hasMore;
    this.top = 0; // the last known scroll position
    this.marks = []; // positions of the messages in sight, which must not move
    this.lastSeen = 0;
    this.newestWhenLeft = 0;
    // The first runs before the browser paints the change, the second before it paints the new size.
    this.mutations = new MutationObserver(() => this.settle());
    this.mutations.observe(content, { childList: true, subtree: true, characterData: true });
    this.sizes = new ResizeObserver(() => this.settle());
    this.sizes.observe(content);
    this.sizes.observe(view);
    this.looked = () => this.look();
    window.addEventListener("focus", this.looked);
    document.addEventListener("visibilitychange", this.looked);
    this.settle();
  },
  beforeUnmount() {
    this.mutations.disconnect();
    this.sizes.disconnect();
    clearTimeout(this.looking);
    window.removeEventListener("focus", this.looked);
    document.removeEventListener("visibilitychange", this.looked);
  },
  methods: {
    // The reader scrolled, or our code did, or the browser had to. Content that grew below looks like a reader far
    // from the end: only scrolling upwards leaves it.
    scrolled() {
      const view = this.$refs.view;
      const gap = view.scrollHeight - view.clientHeight - view.scrollTop;
      if (gap <= NEAR_END) this.arrive();
      else if (view.scrollTop < this.top - 1) this.leave();
      this.remember();
      this.ask();
    },
    arrive() {
      if (!this.atEnd) this.$emit("end", {});
      this.atEnd = true;
      this.fresh = 0;
    },
    leave() {
      if (this.atEnd) this.newestWhenLeft = this.newest();
      this.atEnd = false;
    },
    // After any change of content or size: scroll back to the end, or to the messages that were in sight.
    settle() {
      const view = this.$refs.view;
      if (!view.clientHeight) return; // not drawn at the moment
      if (this.atEnd) {
        view.scrollTop = view.scrollHeight;
      } else {
        const mark = this.marks.find(({ element }) => element.isConnected);
        if (mark) view.scrollTop += mark.element.getBoundingClientRect().top - view.getBoundingClientRect().top - mark.top;
        this.fresh = this.numbered().filter(({ dataset }) => Number(dataset.number) > this.newestWhenLeft).length;
      }
      this.remember();
      this.ask();
    },
    remember() {
      const view = this.$refs.view;
      const frame = view.getBoundingClientRect();
      this.top = view.scrollTop;
      this.marks = [];
      const all = this.numbered();
      for (const element of all.length ? all : this.$refs.content.children) {
        const box = element.getBoundingClientRect();
        if (box.bottom > frame.top && box.top < frame.bottom) this.marks.push({ element, top: box.top - frame.top });
      }
      this.look();
    },
    ask() {
      if (!this.more || this.asking || this.$refs.view.scrollTop > NEAR_TOP) return;
      this.asking = true;
      this.$emit("older", {});
    },
    // Count a message as read only while somebody can be looking.
    look() {
      clearTimeout(this.looking);
      this.looking = setTimeout(() => {
        if (document.visibilityState !== "visible" || !document.hasFocus()) return;
        const end = this.$refs.view.getBoundingClientRect().bottom + 1;
        const whole = this.marks.filter(({ element }) => element.getBoundingClientRect().bottom <= end);
        const number = Math.max(0, ...whole.map(({ element }) => Number(element.dataset.number) || 0));
        if (number <= this.lastSeen) return;
        this.lastSeen = number;
        this.$emit("seen", { number });
      }, SEEN_MS);
    },
    press() {
      this.to_bottom();
      this.$refs.view.focus({ preventScroll: true }); // the pill is removed, and the focus must stay on the page
    },
    numbered() {
      return [...this.$refs.content.querySelectorAll("[data-number]")];
    },
    newest() {
      return Math.max(0, ...this.numbered().map(({ dataset }) => Number(dataset.number) || 0));
    },
    // ---- methods called by the server
    older_done(hasMore) {
      this.more = hasMore;
      this.asking = false;
      this.$nextTick(() => this.settle()); // still near the top: ask for the next ones
    },
    to_number(number) {
      this.$nextTick(() => {
        const found = this.numbered().find(({ dataset }) => Number(dataset.number) === number);
        if (!found) return;
        for (const one of this.numbered()) one.toggleAttribute("data-sought", one === found);
        const { view } = this.$refs;
        this.leave(); // before scrolling, or the reader would be kept at the end
        view.scrollTop += found.getBoundingClientRect().top - view.getBoundingClientRect().top - view.clientHeight / 3;
        if (view.scrollHeight - view.clientHeight - view.scrollTop <= NEAR_END) this.arrive();
        this.remember();
        this.ask();
      });
    },
    to_bottom() {
      this.arrive();
      this.settle();
    },
  },
};
