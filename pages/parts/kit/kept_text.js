// Text that is saved while it is typed. Text that the server has not received is kept in this tab, see desk_draft.
import { Draft } from "desk_draft";

export default {
  template: `
    <textarea ref="box" class="desk-input desk-kept-text" rows="2" dir="auto" :aria-label="label" :placeholder="label"
      :maxlength="most" @input="draft.typed($event.target.value)" @blur="draft.flush()" @keydown.ctrl.enter="draft.flush()"></textarea>`,
  props: { keep: String, text: String, label: String, most: Number },
  emits: ["draft"],
  created() {
    this.draft = new Draft(this.keep, (text) => this.$emit("draft", { text }));
  },
  mounted() {
    const text = this.draft.open(this.text);
    this.$refs.box.value = text;
    if (text !== this.text) this.draft.typed(text); // the server went away before it received this
  },
  beforeUnmount() {
    this.draft.close();
  },
  methods: {
    kept(text) {
      this.draft.kept(text);
    },
  },
};
