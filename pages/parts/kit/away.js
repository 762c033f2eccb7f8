// The page while its server is away. Disabled buttons ignore the keyboard too, and choices made meanwhile
// go into the address: after a restart of the server the page reloads with them.
import { watchLink } from "desk_link";

const ACTS = new Set(["Enter", " ", "ArrowUp", "ArrowDown"]); // keys that press a button or open a choice
const CUSTOM = "custom"; // the history's value for a period by days; the address holds only the days

export default {
  template: `<span hidden></span>`,
  mounted() {
    this.up = true;
    this.pressed = (event) => {
      if (this.up || !isDead(event.target) || (event.type === "keydown" && !ACTS.has(event.key))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    this.typed = (event) => this.up || inField(event.target) || !isKey(event) || event.stopPropagation();
    this.chosen = () => this.up || keepChosen();
    window.addEventListener("keydown", this.pressed, true);
    window.addEventListener("click", this.pressed, true);
    document.addEventListener("keydown", this.typed, true); // after the search box, which takes its keys at the window
    document.addEventListener("input", this.chosen);
    this.unwatch = watchLink((up) => {
      this.up = up;
      this.chosen(); // also the last choice before: the server may not have received it
    });
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.pressed, true);
    window.removeEventListener("click", this.pressed, true);
    document.removeEventListener("keydown", this.typed, true);
    document.removeEventListener("input", this.chosen);
    this.unwatch();
  },
};

// The stylesheet marks the elements that need the server: the mouse cannot press them either.
function isDead(element) {
  return element instanceof Element && getComputedStyle(element).pointerEvents === "none";
}

// A key of the desk would be sent when the server is back, to a screen that may be another by then.
function isKey(event) {
  return event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
}

function inField(element) {
  return element instanceof HTMLElement && (element.isContentEditable || element.matches("input, textarea, select"));
}

function keepChosen() {
  const place = document.querySelector("[data-address]");
  if (!place) return;
  const query = new URLSearchParams(place.matches("form") ? chosenIn(place) : written(place)).toString();
  window.history.replaceState(window.history.state, "", window.location.pathname + (query ? `?${query}` : ""));
}

function chosenIn(form) {
  const values = [...new FormData(form)].filter(([, value]) => value !== "");
  const byDays = values.some(([name, value]) => name === "period" && value === CUSTOM);
  const left = byDays ? ["period"] : ["from", "to"];
  return values.filter(([name]) => !left.includes(name));
}

function written(field) {
  return field.value.trim() ? [[field.dataset.address, field.value.trim()]] : [];
}
