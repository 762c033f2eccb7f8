// The desk's two sounds, synthesised: a contact rings until it is answered or gone, a message ticks once.
//
// A browser plays no sound before the user's first gesture. A ring requested earlier is remembered and
// starts with the gesture. The ring is one looping buffer: timers of hidden tabs sleep, a playing buffer does not.
//
// Of several tabs one plays: the holder of a lock of the browser, as long as it can play at all. When it
// closes, the next one rings on. Mute and volume are the same in all tabs.
//
// A ring may come out of a second device too (loudspeakers beside a headset), where the browser lets one be chosen.
import { devices, SecondDevice } from "desk_second_device";

const GESTURES = ["pointerdown", "keydown"];
const MARK = /^(🔔 )?(\(\d+\) )?/u;
const BELL = "🔔 "; // while it rings
// Tones as [start, length, hertz] in seconds.
const SOUNDS = {
  ring: { seconds: 3, tones: [[0, 0.35, 660], [0.4, 0.35, 880], [0.9, 0.35, 660], [1.3, 0.35, 880]] },
  tick: { seconds: 0.12, tones: [[0, 0.1, 1320]] },
};

export default {
  template: `<span hidden></span>`,
  props: { keep: String, quiet: Boolean },
  emits: ["state", "devices"],
  created() {
    this.context = null;
    this.ringing = null; // the playing source, or `true` while the ring waits for a gesture
    this.turn = null; // { waiting: stops waiting for the lock, letGo: releases it }
    this.played = 0;
    this.mark = 0;
    this.second = new SecondDevice();
    this.echo = null; // what it plays
    this.recall();
  },
  mounted() {
    this.gesture = () => this.unlock();
    for (const name of GESTURES) document.addEventListener(name, this.gesture, { capture: true });
    // The page's title may be replaced while it is marked.
    this.titles = new MutationObserver(() => (this.mark || this.ringing) && this.show_mark());
    this.titles.observe(document.head, { subtree: true, childList: true, characterData: true });
    this.elsewhere = (event) => {
      if (event.key !== this.keep) return;
      this.recall();
      this.tell();
    };
    window.addEventListener("storage", this.elsewhere);
    this.tell();
    // In a reloaded frame the gesture may have happened before, in the window around it.
    if (window.parent !== window && activated(window.parent)) this.unlock();
  },
  beforeUnmount() {
    for (const name of GESTURES) document.removeEventListener(name, this.gesture, { capture: true });
    window.removeEventListener("storage", this.elsewhere);
    this.titles.disconnect();
    this.stop_ring();
    this.mark_title(0);
    this.step_back();
    this.second.close();
    this.context?.close();
  },
  methods: {
    async unlock() {
      if (this.unlocked()) return;
      if (!this.context) {
        this.context = new AudioContext();
        this.gain = this.context.createGain();
        this.trial = this.context.createGain(); // the same volume, never muted
        for (const gain of [this.gain, this.trial]) gain.connect(this.context.destination);
        this.level();
        this.context.onstatechange = () => this.woke(); // some systems also stop sound again
      }
      await this.context.resume();
      await this.use_second();
    },
    woke() {
      if (this.unlocked()) this.queue();
      else this.step_back();
      this.tell();
    },
    // ---- the lock
    async queue() {
      if (this.turn) return;
      const turn = (this.turn = { waiting: new AbortController(), letGo: null });
      const sound = () => {
        turn.letGo = () => {};
        if (this.ringing === true) this.ring();
        return new Promise((letGo) => (turn.letGo = letGo));
      };
      if (!navigator.locks) return sound(); // not a secure address: every tab plays
      const { signal } = turn.waiting;
      await navigator.locks.request(this.keep, { signal }, () => !signal.aborted && sound()).catch(() => {});
    },
    step_back() {
      this.turn?.waiting.abort();
      this.turn?.letGo?.();
      this.turn = null;
      if (!this.ringing) return;
      this.stop_ring();
      this.ring(); // another tab holds the lock: wait for it
    },
    is_its_turn() {
      return Boolean(this.turn?.letGo);
    },
    // ---- playing
    unlocked() {
      return this.context?.state === "running";
    },
    play(name, { loop = false, always = false } = {}) {
      if (!this.unlocked() || !(always || this.is_its_turn())) return null;
      const source = this.context.createBufferSource();
      source.buffer = this.buffer(name, this.context);
      source.loop = loop;
      source.connect(always ? this.trial : this.gain);
      source.start();
      this.played += 1;
      this.$el.dataset.played = this.played;
      return source;
    },
    buffer(name, context) {
      const { seconds, tones } = SOUNDS[name];
      const rate = context.sampleRate;
      const buffer = context.createBuffer(1, seconds * rate, rate);
      const samples = buffer.getChannelData(0);
      for (const [start, length, hertz] of tones) {
        for (let i = 0; i < length * rate; i++) {
          const swell = Math.sin((Math.PI * i) / (length * rate)); // no click at either end
          samples[Math.floor(start * rate) + i] += 0.5 * swell * Math.sin((2 * Math.PI * hertz * i) / rate);
        }
      }
      return buffer;
    },
    // ---- the second device
    async use_second() {
      await this.second.use(this.unlocked() ? this.sink : "");
    },
    play_second(loop) {
      const source = this.second.play((context) => this.buffer("ring", context), loop, () => delete this.$el.dataset.second);
      if (source) this.$el.dataset.second = "1";
      return source;
    },
    level() {
      this.second.level(this.muted ? 0 : this.volume);
      if (!this.context) return;
      this.gain.gain.value = this.muted ? 0 : this.volume;
      this.trial.gain.value = this.volume;
    },
    recall() {
      const kept = read(this.keep);
      this.muted = typeof kept.muted === "boolean" ? kept.muted : this.quiet;
      this.volume = typeof kept.volume === "number" ? kept.volume : 0.6;
      const before = this.sink;
      this.sink = typeof kept.sink === "string" ? kept.sink : "";
      if (this.sink !== before) this.use_second();
      this.level();
    },
    change(changes) {
      Object.assign(this, changes);
      this.level();
      try {
        localStorage.setItem(this.keep, JSON.stringify({ muted: this.muted, volume: this.volume, sink: this.sink }));
      } catch {
        // No storage: the setting lasts as long as the page.
      }
      this.tell();
    },
    tell() {
      this.$emit("state", { unlocked: this.unlocked(), muted: this.muted, volume: this.volume, sink: this.sink });
    },
    // ---- methods called by the server
    ring() {
      if (this.ringing && this.ringing !== true) return;
      this.ringing = this.play("ring", { loop: true }) ?? true;
      this.$el.dataset.ringing = this.ringing === true ? "waiting" : "1";
      if (this.ringing !== true) this.echo = this.play_second(true);
      this.show_mark();
    },
    stop_ring() {
      if (this.ringing && this.ringing !== true) this.ringing.stop();
      this.echo?.stop();
      this.ringing = this.echo = null;
      delete this.$el.dataset.ringing;
      this.show_mark();
    },
    tick() {
      this.play("tick");
    },
    // Audible even when muted: the user wants to hear the sound.
    test(name) {
      if (name in SOUNDS) this.play(name, { always: true });
      if (name === "ring") this.play_second(false);
    },
    set_muted(muted) {
      this.change({ muted });
    },
    set_volume(volume) {
      this.change({ volume: Math.min(1, Math.max(0, volume)) });
    },
    mark_title(count) {
      this.mark = count;
      this.show_mark();
    },
    show_mark() {
      const plain = document.title.replace(MARK, "");
      const marked = (this.ringing ? BELL : "") + (this.mark > 0 ? `(${this.mark}) ` : "") + plain;
      if (document.title !== marked) document.title = marked;
    },
    async set_second(sink) {
      this.change({ sink });
      await this.use_second();
    },
    async list_devices(ask) {
      this.$emit("devices", await devices(ask));
    },
  },
};

function activated(frame) {
  try {
    return frame.navigator.userActivation?.hasBeenActive;
  } catch {
    return false; // another site's page
  }
}

function read(keep) {
  try {
    return JSON.parse(localStorage.getItem(keep)) ?? {};
  } catch {
    return {};
  }
}

async function asked(media) {
  try {
    return (await media.getUserMedia({ audio: true })).getTracks();
  } catch {
    return []; // refused, or there is none
  }
}
