// The button, the panel with the frame, and the badge: in a shadow tree, so that neither the site's styles nor ours reach the other's.
const STYLE = `
:host { all: initial; }
* { box-sizing: border-box; font-family: Pretendard, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", system-ui, sans-serif; }
[hidden] { display: none !important; }
.all { position: fixed; inset: auto 20px 20px auto; z-index: 2147483000; color-scheme: light dark; }
.all.left { inset: auto auto 20px 20px; }
button { font-size: 15px; font-weight: 600; line-height: 20px; cursor: pointer; border: 0; }
button:focus-visible, a:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #16191f; outline-offset: 0; }
.open { display: flex; align-items: center; gap: 8px; min-height: 48px; max-width: calc(100vw - 40px); margin-left: auto; padding: 0 18px;
  border-radius: 24px; color: #fff; box-shadow: 0 2px 8px rgb(0 0 0 / 30%); border: 1px solid rgb(255 255 255 / 40%); }
.left .open { margin-left: 0; }
.open svg { width: 22px; height: 22px; flex: none; fill: currentColor; }
.badge { min-width: 22px; padding: 0 6px; border-radius: 11px; background: #fff; color: #b3261e; text-align: center; font-size: 13px; font-weight: 700; line-height: 22px; }
.hail { position: relative; max-width: 280px; margin: 0 0 12px auto; padding: 12px 48px 12px 14px; border: 1px solid #d9dde4; border-radius: 12px;
  background: #fff; color: #16191f; font-size: 14px; line-height: 20px; overflow-wrap: anywhere; word-break: keep-all; }
.left .hail { margin-left: 0; }
.hail button { position: absolute; top: 2px; right: 2px; }
.x { width: 44px; height: 44px; border-radius: 8px; background: none; color: inherit; font-size: 20px; }
.x:hover { background: rgb(128 128 128 / 20%); }
.panel { position: fixed; inset: auto 20px 84px auto; width: 380px; height: min(640px, calc(100vh - 104px)); display: flex; flex-direction: column;
  overflow: hidden; border: 1px solid #d9dde4; border-radius: 12px; background: #fff; color: #16191f; box-shadow: 0 4px 16px rgb(0 0 0 / 25%); }
.left .panel { inset: auto auto 84px 20px; }
.bar { display: flex; align-items: center; flex: none; min-height: 48px; padding: 2px 2px 2px 16px; color: #fff; font-size: 15px; font-weight: 700; }
.bar span { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: transparent; color-scheme: normal; }
.failed { padding: 24px; font-size: 15px; line-height: 22px; word-break: keep-all; }
.failed a { color: inherit; font-weight: 600; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) {
  .panel, .left .panel { inset: 0; width: 100%; height: 100%; height: 100dvh; border: 0; border-radius: 0; }
  .all:has(.panel:not([hidden])) .open { display: none; }
}
@media (prefers-color-scheme: dark) {
  .panel, .hail { background: #16191f; color: #eceef2; border-color: #454c59; }
}`;
const ICON = "M4 4h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";

function made(name, properties = {}, ...inside) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inside);
  return element;
}

function icon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS(svg.namespaceURI, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICON);
  svg.append(path);
  return svg;
}

// Draws everything for a look; `act` says what happens when it is opened and closed.
function drawn(look, act) {
  const { words } = look;
  const host = made("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // a site's CSP may forbid <style>
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const badge = made("span", { className: "badge", hidden: true, ariaHidden: "true" });
  const button = made("button", { type: "button", className: "open", ariaExpanded: "false", ariaHasPopup: "dialog" }, icon(), made("span", { textContent: words.open }), badge);
  button.setAttribute("aria-controls", "panel");
  const shut = made("button", { type: "button", className: "x", ariaLabel: words.close, textContent: "×" });
  const bar = made("div", { className: "bar" }, made("span", { textContent: words.title }), shut);
  const panel = made("div", { id: "panel", className: "panel", role: "dialog", ariaLabel: words.title, hidden: true }, bar);
  const said = made("div", { className: "said", role: "status" });
  const all = made("aside", { className: tag.dataset.position === "left" ? "all left" : "all", lang: look.lang, ariaLabel: words.title }, panel, button, said);
  for (const one of [button, bar]) one.style.backgroundColor = look.colour;
  root.append(all);

  const view = { host, frame: null, isOpen: false };
  if (look.greeting && !recall().hailed) hail(all, look, words);

  view.open = (withFocus) => {
    view.isOpen = true;
    panel.hidden = false;
    button.ariaExpanded = "true";
    all.querySelector(".hail")?.remove();
    if (!view.frame) {
      panel.querySelector(".failed")?.remove(); // perhaps it opens now
      view.frame = made("iframe", { title: words.title, src: act.address(), allow: "clipboard-write", referrerPolicy: "origin" });
      view.frame.addEventListener("load", act.loaded);
      panel.append(view.frame);
    }
    if (withFocus) view.frame.focus();
  };
  view.close = () => {
    view.isOpen = false;
    panel.hidden = true;
    button.ariaExpanded = "false";
    button.focus({ preventScroll: true });
  };
  // Takes the frame away: another visitor is here, or the site was taken from the list.
  view.reset = () => {
    view.frame?.remove();
    panel.querySelector(".failed")?.remove();
    view.frame = null;
    view.badge(0);
  };
  view.fail = () => {
    view.frame.remove();
    view.frame = null;
    const way = made("a", { href: `${desk}/talk`, target: "_blank", rel: "noopener", textContent: words.elsewhere });
    panel.append(made("div", { className: "failed", role: "alert" }, `${words.failed} `, way));
    way.focus();
  };
  view.badge = (count) => {
    if (badge.textContent === (count ? String(count) : "")) return;
    badge.textContent = count || "";
    badge.hidden = !count;
    said.textContent = count ? words.unread.replace("{count}", count) : "";
    button.ariaLabel = count ? `${words.open}, ${said.textContent}` : null;
  };
  const turn = () => (view.isOpen ? act.close() : act.open());
  button.addEventListener("click", turn);
  shut.addEventListener("click", () => act.close());
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && view.isOpen) act.close();
    event.stopPropagation(); // a site's shortcuts are not for what is typed here
  });
  return view;
}

function hail(all, look, words) {
  const away = made("button", { type: "button", className: "x", ariaLabel: words.close, textContent: "×" });
  const bubble = made("div", { className: "hail" }, look.greeting, away);
  away.addEventListener("click", () => {
    remember({ hailed: true });
    bubble.remove();
  });
  all.prepend(bubble);
}
