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
    if (socket.connected) up();
  }

  attach();
  return function stop() {
    clearTimeout(waiting);
    socket?.off("connect", up);
    socket?.off("disconnect", down);
  };
}
