// A form over a record that several people may change at once. Typed text lives here, with a copy in this tab: a
// reload or a lost connection loses nothing. Vue's state follows every `input`, also of a syllable that is being
// composed, so that a redrawn page never writes older text into a field.
import { FIELDS } from "desk_form_fields";
import { copy, NEWS, same } from "desk_form_news";
import { watchLink } from "desk_link";
import { Unsaved } from "desk_unsaved";

export default {
  template: `
    <form class="desk-form" novalidate :aria-label="labels.form" @submit.prevent="save" @keydown.esc.stop="cancel">
      <p v-if="restored" class="desk-form-notice" role="status">{{ labels.restored }}
        <button type="button" class="desk-button desk-quiet" @click="discard">{{ labels.discard }}</button></p>
      ${FIELDS}
      <div class="desk-form-foot">
        <p class="desk-form-state" role="status">{{ state }}</p>
        <button type="button" class="desk-button" @click="cancel">{{ labels.cancel }}</button>
        <button type="submit" class="desk-button desk-primary" :aria-disabled="busy || undecided ? 'true' : undefined">{{ labels.save }}</button>
      </div>
      <dialog ref="leave" class="desk-card" :aria-label="labels.leave_title" @keydown.esc.stop>
        <p class="desk-card-title">{{ labels.leave_title }}</p><p>{{ labels.leave_text }}</p>
        <div class="desk-actions"><button type="button" class="desk-button" @click="go">{{ labels.leave }}</button>
          <button type="button" class="desk-button desk-primary" @click="$refs.leave.close()">{{ labels.stay }}</button></div>
      </dialog>
    </form>`,
  props: { labels: Object, fields: Array, values: Object, version: Number, hidden: Array, keep: String, isNew: Boolean },
  emits: ["save", "cancel", "reveal"],
  data() {
    return { base: {}, mine: {}, pairs: [], at: 0, clashes: {}, errors: {}, busy: false, away: false, restored: false, note: "" };
  },
  computed: {
    pairsName() {
      return this.fields.find((field) => field.kind === "pairs")?.name;
    },
    undecided() {
      return Object.values(this.clashes).some((clash) => !clash.choice);
    },
    changes() {
      const mine = this.flat();
      const names = new Set([...Object.keys(this.base), ...Object.keys(mine)]);
      return Object.fromEntries([...names].filter((name) => !same(mine[name], this.base[name])).map((name) => [name, mine[name] ?? null]));
    },
    dirty() {
      return Object.keys(this.changes).length > 0;
    },
    state() {
      if (this.undecided) return this.labels.undecided;
      if (this.away) return this.labels.away;
      if (this.busy) return this.labels.saving;
      return this.note || (this.dirty ? this.labels.unsaved : "");
    },
  },
  watch: {
    changes() {
      this.remember();
    },
  },
  created() {
    this.start(this.values, this.version);
    this.unsaved = new Unsaved(this.keep, (href) => this.asksToLeave(href));
    const kept = this.unsaved.read();
    if (!kept) return;
    this.start(kept.base, kept.version);
    Object.assign(this, { mine: { ...this.mine, ...kept.mine }, pairs: kept.pairs, restored: true });
    this.news(this.version, this.values, "");
  },
  mounted() {
    this.unwatch = watchLink((up) => {
      this.away = !up;
      if (up) this.busy = false; // an earlier save may never be answered
    });
    this.$nextTick(() => this.$el.querySelector("input:not([readonly]), textarea")?.focus());
  },
  beforeUnmount() {
    this.unwatch();
    this.unsaved.close();
  },
  methods: {
    // ---- typing
    start(values, version) {
      this.base = copy(values);
      this.at = version;
      this.mine = {};
      for (const field of this.fields) if (field.kind !== "pairs") this.take(field.name, this.base[field.name]);
      const prefix = this.pairsName + ".";
      const names = Object.keys(this.base).filter((name) => name.startsWith(prefix));
      this.pairs = names.map((name) => ({ name: name.slice(prefix.length), value: this.base[name], kept: true }));
    },
    // The form's values in the record's shape: a blank field is null, a list has no blank rows.
    flat() {
      const flat = {};
      for (const field of this.fields) {
        if (field.kind === "pairs" || this.isHidden(field.name)) continue;
        const value = this.mine[field.name];
        if (field.kind === "list") flat[field.name] = value.filter((row) => row.trim());
        else flat[field.name] = value === "" && this.base[field.name] == null ? null : value;
      }
      for (const row of this.pairs) if (row.name.trim() && row.value.trim()) flat[this.key(row)] = row.value;
      return flat;
    },
    key(row) {
      return this.pairsName + "." + row.name.trim();
    },
    take(name, value) {
      const field = this.fields.find((one) => one.name === name);
      if (field?.kind === "list") this.mine[name] = value?.length ? copy(value) : [""];
      else if (field) this.mine[name] = value ?? "";
      else this.takePair(name.slice(this.pairsName.length + 1), value);
    },
    takePair(name, value) {
      const row = this.pairs.find((one) => one.name.trim() === name);
      if (value == null) this.pairs = this.pairs.filter((one) => one !== row);
      else if (row) row.value = value;
      else this.pairs.push({ name, value, kept: true });
    },
    put(place, name, event) {
      place[name] = event.target.value;
      this.touched(place === this.mine ? name : this.key(place));
    },
    putRow(field, at, event) {
      this.mine[field.name][at] = event.target.value;
      this.touched(field.name);
    },
    addRow(field) {
      this.mine[field.name].push("");
      this.$nextTick(() => [...this.$el.querySelectorAll('input[type="tel"]')].at(-1)?.focus());
    },
    dropRow(field, at) {
      this.mine[field.name].splice(at, 1);
      this.touched(field.name);
    },
    pair() {
      this.pairs.push({ name: "", value: "", kept: false });
      this.$nextTick(() => [...this.$el.querySelectorAll(".desk-pair-name")].at(-1)?.focus());
    },
    unpair(at) {
      this.pairs.splice(at, 1);
    },
    touched(name) {
      this.note = "";
      delete this.errors[name];
      const clash = this.clashes[name];
      if (clash) Object.assign(clash, { choice: "mine", mine: copy(this.flat()[name]) }); // typing on chooses one's own value
    },
    isHidden(name) {
      return this.hidden.includes(name) && !(name in this.base);
    },
    described(field) {
      const below = [field.hint && "hint", this.errors[field.name] && "error"].filter(Boolean);
      return below.map((one) => `${this.id(field)}-${one}`).join(" ") || undefined;
    },
    id(field) {
      return `${this.$attrs.id}-${field.name}`;
    },
    say(field, value) {
      if (value == null || value === "" || value.length === 0) return this.labels.empty;
      if (field.kind === "choice") return field.options.find(([one]) => one === value)?.[1] ?? value;
      return Array.isArray(value) ? value.join(", ") : value;
    },
    // ---- saving and leaving
    save() {
      if (this.busy || this.undecided) return;
      if (!this.dirty && !this.isNew) return this.$emit("cancel");
      this.errors = {};
      this.busy = !this.away;
      if (this.away) this.note = "";
      else this.$emit("save", { version: this.at, values: this.changes });
    },
    cancel() {
      if (this.dirty && !this.undecided && !this.note) this.note = this.labels.again; // asks once
      else this.discard(true);
    },
    discard(closes) {
      this.unsaved.forget();
      this.start(this.values, this.version);
      Object.assign(this, { clashes: {}, errors: {}, restored: false, note: "" });
      if (closes === true) this.$emit("cancel");
    },
    asksToLeave(href) {
      this.leaving = href;
      this.$refs.leave.showModal();
    },
    go() {
      this.$refs.leave.close();
      emitEvent("sub_pages_navigate", this.leaving);
    },
    // Hidden, untouched fields stay out of the copy: its next reader may no longer see them.
    remember() {
      if (!this.dirty) return this.unsaved.forget();
      const own = ([name]) => !this.hidden.includes(name) || name in this.changes;
      const [base, mine] = [this.base, this.mine].map((all) => Object.fromEntries(Object.entries(all).filter(own)));
      this.unsaved.put({ base, mine, pairs: this.pairs, version: this.at });
    },
    // ---- methods called by the server
    ...NEWS,
    refuse(errors) {
      this.busy = false;
      this.errors = errors;
      this.$nextTick(() => this.$el.querySelector('[aria-invalid="true"]')?.focus());
    },
    saved() {
      this.base = { ...this.base, ...this.flat() }; // nothing is unsaved, so leaving does not ask
      this.unsaved.forget();
      this.busy = false;
    },
    failed() {
      this.busy = false;
    },
    reveal(values) {
      for (const [name, value] of Object.entries(values).filter(([name]) => this.isHidden(name))) {
        this.base[name] = copy(value);
        this.take(name, value);
      }
    },
  },
};
