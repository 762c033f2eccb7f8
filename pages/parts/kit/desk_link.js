// A page whose session ended while its server was away is refused by the gate for ever. Its own address then
// leads to the login form and back; asked by HEAD, because no page is built for the answer.
async function leaveWhenSignedOut() {
  const answer = await fetch(window.location.href, { method: "HEAD", redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") window.location.reload();
}

// The page's one socket, as the components need it. NiceGUI opens it when the whole page is mounted, which
// is after its components, so the first look may have to wait for it.
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
