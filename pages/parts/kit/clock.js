// Ticking clocks: one component per page writes the time into every [data-since] and [data-countdown] (epoch
// milliseconds of the server). Only the text of a text node changes, so that Vue's tree stays intact.
const CLOCKS = "[data-since],[data-countdown]";
const ATTRIBUTES = ["data-since", "data-countdown", "data-late-seconds"];

export default {
  template: `<span hidden></span>`,
  props: { now: Number, hour: String, minute: String },
  mounted() {
    this.sync(this.now, window.did_handshake ? 0 : sinceResponse());
    // A clock that is drawn or changed between two ticks shows its time at once, not a second later.
    this.observer = new MutationObserver((changes) => {
      if (changes.some((change) => change.type === "attributes" || hasElement(change.addedNodes))) this.tick();
    });
    this.observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ATTRIBUTES });
    this.timer = setInterval(() => this.tick(), 1000);
    this.shown = () => this.tick(); // hidden tabs tick seldom
    document.addEventListener("visibilitychange", this.shown);
  },
  beforeUnmount() {
    this.observer.disconnect();
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.shown);
  },
  methods: {
    // Take the server's time, `age` milliseconds old: the browser's own clock may be wrong by hours.
    sync(now, age = 0) {
      this.ahead = now + age - Date.now();
      this.tick();
    },
    tick() {
      const now = Date.now() + this.ahead;
      for (const clock of document.querySelectorAll(CLOCKS)) this.write(clock, now);
    },
    write(clock, now) {
      const { since, countdown, lateSeconds } = clock.dataset;
      const seconds = countdown ? Math.ceil((countdown - now) / 1000) : Math.floor((now - since) / 1000);
      if (Number.isNaN(seconds)) return;
      const late = countdown ? seconds <= 0 : lateSeconds !== undefined && seconds > lateSeconds;
      if (late && !clock.dataset.late) clock.dataset.late = "1";
      if (!late && clock.dataset.late) delete clock.dataset.late;
      const text = this.words(Math.max(0, seconds));
      const node = textNode(clock);
      if (node.nodeValue !== text) node.nodeValue = text;
    },
    words(seconds) {
      const minutes = Math.floor(seconds / 60);
      if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
      return `${Math.floor(minutes / 60)}${this.hour} ${minutes % 60}${this.minute}`;
    },
  },
};

// Milliseconds since the server answered with this page; what it called "now" is that old.
function sinceResponse() {
  const [page] = performance.getEntriesByType("navigation");
  return page?.responseStart ? performance.now() - page.responseStart : 0;
}

function textNode(element) {
  for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) return node;
  return element.appendChild(document.createTextNode(""));
}

function hasElement(nodes) {
  return [...nodes].some((node) => node.nodeType === Node.ELEMENT_NODE);
}
