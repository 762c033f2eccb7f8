// Three panes with two separators that can be dragged. Wide windows show all three; below 1100 px the right one is a
// drawer (the middle pane would be too narrow beside it), below 856 px one pane is shown at a time. The panes keep
// their place in Vue's tree in every mode, so that scroll positions and typed text stay. Widths live in CSS variables:
// dragging redraws no pane.
const STEP = 16; // px an arrow key moves
const DRAWER = window.matchMedia("(max-width: 1099.98px)");
const SINGLE = window.matchMedia("(max-width: 855.98px)");
const SIDES = ["left", "right"];

export default {
  template: `
    <div ref="frame" class="desk-panes" :data-mode="mode"
      :style="{ position: 'relative', display: 'grid', minHeight: 0, gridTemplateRows: 'minmax(0, 1fr)', gridTemplateColumns: columns }"
      @keydown.esc="escape">
      <template v-for="(name, at) in ['left', 'center', 'right']" :key="name">
        <section v-show="visible(name)" :id="paneId(name)" :class="'desk-pane desk-pane-' + name" :aria-label="labels[name]"
          :data-drawer="name === 'right' && mode === 'drawer' ? 1 : undefined" :style="place(name, at)"><slot :name="name"></slot></section>
        <div v-for="side in separatorsAfter(name)" :key="side" class="desk-separator" role="separator" tabindex="0"
          aria-orientation="vertical" :aria-label="labels['resize_' + side]" :aria-controls="paneId(side)"
          :aria-valuenow="folded[side] ? 0 : Math.round(widths[side])" aria-valuemin="0" :aria-valuemax="this[side].most"
          :style="{ gridColumn: 2 * at + 2, gridRow: 1, width: '8px', margin: '0 -4px', zIndex: 1, cursor: 'col-resize', touchAction: 'none' }"
          @pointerdown="drag(side, $event)" @keydown="key(side, $event)" @dblclick="reset(side)"></div>
      </template>
      <button v-if="mode === 'drawer' || (mode === 'single' && shown !== 'left')" ref="toggle" type="button" class="desk-drawer-toggle"
        :aria-expanded="drawer || shown === 'right' ? 'true' : 'false'"
        :aria-controls="paneId('right')" @click="toggle_right"
        :style="{ position: 'absolute', top: '8px', zIndex: 3, right: drawer && mode === 'drawer' ? 'calc(min(var(--desk-right-open), 100%) + 8px)' : '8px' }">{{ labels.toggle_right }}</button>
    </div>`,
  props: { labels: Object, keep: String, left: Object, right: Object, centerLeast: Number, first: String },
  data() {
    // Read before the first paint, so that nothing jumps.
    const kept = read(this.keep);
    const width = (side) => (typeof kept[side] === "number" ? kept[side] : this[side].usual);
    return {
      mode: modeNow(),
      widths: { left: width("left"), right: width("right") },
      folded: { left: kept.foldedLeft === true, right: kept.foldedRight === true },
      drawer: false,
      shown: this.first,
    };
  },
  computed: {
    columns() {
      if (this.mode === "single") return "minmax(0, 1fr)";
      const left = "var(--desk-left) auto minmax(0, 1fr)";
      return this.mode === "drawer" ? left : left + " auto var(--desk-right)";
    },
  },
  mounted() {
    this.modeChanged = () => (this.mode = modeNow());
    for (const query of [DRAWER, SINGLE]) query.addEventListener("change", this.modeChanged);
    this.refit = new ResizeObserver(() => this.apply());
    this.refit.observe(this.$refs.frame);
    this.apply();
  },
  updated() {
    // A redrawn `style` attribute may have removed the variables.
    if (!this.$refs.frame.style.getPropertyValue("--desk-left")) this.apply();
  },
  beforeUnmount() {
    for (const query of [DRAWER, SINGLE]) query.removeEventListener("change", this.modeChanged);
    this.refit.disconnect();
  },
  methods: {
    paneId(name) {
      return `${this.$attrs.id}-${name}`;
    },
    // In visual order: a pane, then the separator beside it.
    separatorsAfter(name) {
      if (name === "left" && this.mode !== "single") return ["left"];
      return name === "center" && this.mode === "wide" ? ["right"] : [];
    },
    visible(name) {
      if (this.mode === "single") return this.shown === name;
      if (this.mode === "drawer" && name === "right") return this.drawer;
      return !this.folded[name];
    },
    place(name, at) {
      const box = { minWidth: 0, minHeight: 0, overflow: "hidden", gridRow: 1 };
      if (this.mode === "single") return { ...box, gridColumn: 1 };
      if (this.mode === "drawer" && name === "right") {
        return { ...box, position: "absolute", top: 0, right: 0, bottom: 0, width: "min(var(--desk-right-open), 100%)", zIndex: 2 };
      }
      return { ...box, gridColumn: 2 * at + 1 };
    },
    apply(widths = this.widths) {
      const style = this.$refs.frame.style;
      for (const side of SIDES) style.setProperty(`--desk-${side}`, this.folded[side] ? "0px" : `${this.fit(side, widths)}px`);
      style.setProperty("--desk-right-open", `${widths.right}px`);
    },
    // Return a width within its bounds that leaves the middle pane its minimum: where there is too little room the right
    // pane shrinks first. The remembered width stays, for a wider window.
    fit(side, widths) {
      let taken = 0;
      if (side === "right") taken = this.folded.left ? 0 : this.fit("left", widths);
      else if (this.mode === "wide" && !this.folded.right) taken = this.right.least;
      const room = this.$refs.frame.clientWidth - this.centerLeast - taken;
      return Math.max(this[side].least, Math.min(widths[side], this[side].most, room));
    },
    drag(side, event) {
      if (event.button !== 0) return;
      const handle = event.currentTarget;
      const from = event.clientX;
      const before = this.folded[side] ? 0 : this.fit(side, this.widths);
      const sign = side === "left" ? 1 : -1;
      let now = before;
      const move = (moved) => {
        now = this.bounded(side, before + sign * (moved.clientX - from));
        this.folded[side] = false;
        this.apply({ ...this.widths, [side]: now });
      };
      handle.setPointerCapture(event.pointerId);
      handle.addEventListener("pointermove", move);
      const done = () => {
        handle.removeEventListener("pointermove", move);
        if (now !== before) this.set(side, now);
      };
      handle.addEventListener("lostpointercapture", done, { once: true });
    },
    key(side, event) {
      const sign = side === "left" ? 1 : -1;
      const { least, most } = this[side];
      const now = this.fit(side, this.widths);
      const act = {
        ArrowLeft: () => this.set(side, now - sign * STEP),
        ArrowRight: () => this.set(side, now + sign * STEP),
        Home: () => this.set(side, least),
        End: () => this.set(side, most),
        Enter: () => this.set(side, this.widths[side], !this.folded[side]),
      }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    },
    escape(event) {
      if (!this.drawer) return;
      event.stopPropagation(); // Esc goes back one step only
      this.drawer = false;
      this.$refs.toggle?.focus();
    },
    reset(side) {
      this.set(side, this[side].usual);
    },
    bounded(side, width) {
      return Math.max(this[side].least, Math.min(width, this[side].most));
    },
    set(side, width, folded = false) {
      this.widths[side] = this.bounded(side, width);
      this.folded[side] = folded;
      this.apply();
      const { widths } = this;
      try {
        localStorage.setItem(this.keep, JSON.stringify({ ...widths, foldedLeft: this.folded.left, foldedRight: this.folded.right }));
      } catch {
        // No storage: the widths last as long as the page.
      }
    },
    // ---- methods called by the server
    toggle_right() {
      if (this.mode === "drawer") this.drawer = !this.drawer;
      else if (this.mode === "single") this.shown = this.shown === "right" ? "center" : "right";
      else this.set("right", this.widths.right, !this.folded.right);
    },
    show(name) {
      this.shown = name;
      if (this.mode === "drawer") this.drawer = name === "right";
      else if (this.mode === "wide" && this.folded[name]) this.set(name, this.widths[name]);
    },
  },
};

function modeNow() {
  if (SINGLE.matches) return "single";
  return DRAWER.matches ? "drawer" : "wide";
}

function read(keep) {
  try {
    return JSON.parse(localStorage.getItem(keep)) ?? {};
  } catch {
    return {};
  }
}
