// What a page does while its server is away. What is drawn as dead is dead for the keyboard too, and what is chosen
// meanwhile goes into the address: a server that was started anew makes its pages load again, from there.
import { watchLink } from "desk_link";

const ACTS = new Set(["Enter", " ", "ArrowUp", "ArrowDown"]); // what presses a button or opens a choice
const CUSTOM = "custom"; // the history's period by days: an address says the days alone

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
    document.addEventListener("keydown", this.typed, true); // behind the search box, which has its keys from the window
    document.addEventListener("input", this.chosen);
    this.unwatch = watchLink((up) => {
      this.up = up;
      this.chosen(); // also what was chosen just before: the server may not have heard of it
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

// The stylesheet says what only the server can do: there the mouse presses nothing either.
function isDead(element) {
  return element instanceof Element && getComputedStyle(element).pointerEvents === "none";
}

// A key of the desk: it would be told when the server is back, to a screen that is another by then.
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
