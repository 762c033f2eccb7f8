// Shortcuts with Alt, which work while text is being typed: keys are caught before the field gets them.
// By position, since an input method may take the letter. A dialog handles its own keys.
const OPEN_DIALOG = '.q-dialog__inner:not(.q-dialog__inner--animating), .q-dialog__inner[class*="enter-active"]';

export default {
  template: `<span hidden></span>`,
  props: { codes: Array },
  emits: ["pressed"],
  mounted() {
    this.heard = (event) => this.key(event);
    window.addEventListener("keydown", this.heard, true);
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.heard, true);
  },
  methods: {
    key(event) {
      const isOurs = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && this.codes.includes(event.code);
      if (!isOurs || document.querySelector(OPEN_DIALOG)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.repeat) return;
      // The syllable that is being composed ends first, so that the draft holds it.
      if (event.isComposing || event.keyCode === 229) document.activeElement?.blur();
      this.$emit("pressed", { code: event.code });
    },
  },
};
