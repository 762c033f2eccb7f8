// /talk in a frame on another site: tells the site's page about the chat, and learns which page it is and whom it names.
//
// The site's origin is in the frame's own address, which the desk has checked against its list. Every message goes to that origin
// alone, and counts only from it and from the window around the frame.
(() => {
  if (window.parent === window) return;
  const site = decoded(window.location.pathname.split("/")[3] ?? "");
  if (!site) return;
  const isChat = window.location.pathname.endsWith("/chat");
  let known = null;
  const waiting = [];

  function tell(is, more = {}) {
    window.parent.postMessage({ desk: "widget", is, ...more }, site);
  }

  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || origin !== site || data?.desk !== "widget") return;
    if (data.is === "hello") {
      known = data;
      fill();
      for (const go of waiting.splice(0)) go();
    } else if (data.is === "focus") {
      focus();
    }
  });

  function decoded(key) {
    try {
      const bytes = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return "";
    }
  }

  // Hidden fields get what the site's page said; name and number that the site has signed need not be typed again.
  function fill() {
    for (const field of document.querySelectorAll("input[data-frame]")) field.value = String(known[field.name] ?? "");
    let claims = {};
    try {
      claims = JSON.parse(decoded(String(known.identity ?? "").split(".")[0])) ?? {};
    } catch {
      return; // nobody is named
    }
    for (const name of ["name", "phone"]) {
      const field = document.querySelector(`.talk-form input[name=${name}]`);
      if (field && !field.value && typeof claims[name] === "string") field.value = claims[name];
    }
  }

  function focus() {
    const first = document.querySelector(".talk textarea:not([readonly])") ?? document.querySelector(".talk-form input:not([type=hidden]), .talk-form button, .talk button");
    first?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    if (!document.querySelector(".q-dialog")) tell("close");
  });

  // The page's title counts what is unread: "(2) 채팅 상담".
  let unread = 0;
  new MutationObserver(() => {
    const count = Number(/^\((\d+)\) /.exec(document.title)?.[1] ?? 0);
    if (count !== unread) tell("unread", { count: (unread = count) });
  }).observe(document.head, { subtree: true, childList: true, characterData: true });

  window.deskFrame = {
    // The signed identity of the page around the frame; empty when it says nothing.
    identity: () =>
      new Promise((go) => {
        const answer = () => go(String(known?.identity ?? ""));
        if (known) return answer();
        waiting.push(answer);
        setTimeout(answer, 3000);
      }),
    chat: (id, key) => tell("chat", { id, key }),
  };

  // A browser passes over autofocus in a frame of another site: the first fault, or the choice of a crowded queue, stayed out of sight.
  const ready = () => {
    document.querySelector(".talk-form [autofocus]")?.focus();
    tell("ready", { chat: isChat });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready, { once: true });
  else ready();
})();
