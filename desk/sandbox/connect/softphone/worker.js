// Amazon's release as the shared worker of all of an agent's tabs. It opens sockets by wss only; the sandbox has no
// certificate that a browser would trust, so that the same address is opened by ws here.
'use strict';

const Plain = self.WebSocket;
self.WebSocket = class extends Plain {
  constructor(url, protocols) {
    super(String(url).replace(/^wss:/, 'ws:'), protocols);
  }
};
importScripts('streams.js');
connect.worker.main();
