// Markup that changes while its reader uses it: only the differences are written into the DOM, so that focus,
// selection and scroll position stay. Elements with data-key keep their identity when they move.
export default {
  template: `<div></div>`,
  props: { markup: String },
  mounted() { this.draw(); },
  watch: { markup() { this.draw(); } },
  methods: {
    draw() {
      const wanted = document.createElement("template");
      wanted.innerHTML = this.markup || "";
      const held = document.activeElement;
      const mine = this.$el.contains(held);
      children(this.$el, wanted.content);
      if (mine && held.isConnected && document.activeElement !== held) held.focus({ preventScroll: true });
    },
  },
};

function children(place, wanted) {
  const keyed = new Map();
  for (const one of place.children) if (one.dataset.key) keyed.set(one.dataset.key, one);
  let at = place.firstChild;
  for (const next of [...wanted.childNodes]) {
    const key = next.nodeType === Node.ELEMENT_NODE ? next.dataset.key : undefined;
    let now = key ? keyed.get(key) : at && !at.dataset?.key ? at : null;
    if (!now || now.nodeName !== next.nodeName) {
      place.insertBefore(next, at);
      continue;
    }
    if (now === at) at = at.nextSibling;
    else place.insertBefore(now, at);
    same(now, next);
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}

function same(now, next) {
  if (now.nodeType !== Node.ELEMENT_NODE) {
    if (now.nodeValue !== next.nodeValue) now.nodeValue = next.nodeValue;
    return;
  }
  const ticks = now.hasAttribute("data-since") && now.dataset.since === next.dataset.since;
  for (const { name } of [...now.attributes]) if (!next.hasAttribute(name) && name !== "data-late") now.removeAttribute(name);
  for (const { name, value } of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  if (!ticks) children(now, next); // a clock's text belongs to the clock
}
