// The gate refuses a page whose session ended while its server was away. Requesting the page's own address then
// leads to the login form and back; by HEAD, so that no page is built for the check.
async function leaveWhenSignedOut() {
  const answer = await fetch(window.location.href, { method: "HEAD", redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") window.location.reload();
}

// The page's socket, as the components need it. NiceGUI opens it when the whole page is mounted, which
// is after its components, so the first look-up may have to wait.
export function watchLink(changed) {
  let socket = null;
  let waiting = null;
  const up = () => changed(true);
  const down = () => changed(false);

  function attach() {
    if (!window.socket) {
      waiting = setTimeout(attach, 10);
      return;
    }
    socket = window.socket;
    socket.on("connect", up);
    socket.on("disconnect", down);
    socket.on("connect_error", leaveWhenSignedOut);
    if (socket.connected) up();
  }

  attach();
  return function stop() {
    clearTimeout(waiting);
    socket?.off("connect", up);
    socket?.off("disconnect", down);
    socket?.off("connect_error", leaveWhenSignedOut);
  };
}
