// A desk as small as can be: it embeds the CCP by the unmodified library, and writes down what the library tells it.
'use strict';

window.heard = [];

function hear(who, id, names, subscriber) {
  for (const name of names) subscriber[name]?.((data) => heard.push({ who, id, event: name, data: plain(data) }));
}

function plain(data) {
  try {
    return JSON.parse(JSON.stringify(data ?? null));
  } catch {
    return null;
  }
}

const AGENT = ['onStateChange', 'onRoutable', 'onNotRoutable', 'onOffline', 'onError', 'onAfterCallWork', 'onMuteToggle',
  'onEnqueuedNextState', 'onClearedNextState', 'onWebSocketConnectionLost', 'onWebSocketConnectionGained'];
const CONTACT = ['onIncoming', 'onPending', 'onConnecting', 'onAccepted', 'onMissed', 'onEnded', 'onACW', 'onConnected',
  'onError', 'onDestroy'];

function openDesk(options) {
  connect.core.initCCP(document.getElementById('ccp'), {
    loginPopup: false, ccpLoadTimeout: 60000, softphone: { allowFramedSoftphone: true }, ...options,
  });
  connect.core.onInitialized(() => heard.push({ who: 'core', event: 'onInitialized' }));
  connect.core.onAuthFail(() => heard.push({ who: 'core', event: 'onAuthFail' }));
  connect.core.onAccessDenied(() => heard.push({ who: 'core', event: 'onAccessDenied' }));
  connect.core.getEventBus().subscribe(connect.EventType.TERMINATED, () => heard.push({ who: 'core', event: 'terminated' }));
  connect.agent((agent) => {
    window.agent = agent;
    hear('agent', agent.getConfiguration().username, AGENT, agent);
  });
  connect.contact((contact) => {
    heard.push({ who: 'contact', id: contact.contactId, event: 'contact' });
    hear('contact', contact.contactId, CONTACT, contact);
  });
}

// Calls of the library take callbacks; a test awaits them.
function ask(call) {
  return new Promise((resolve, reject) => {
    const fail = (error) => reject(new Error(String(error)));
    call({ success: (data) => resolve(plain(data)), failure: fail });
  });
}

function endpointNamed(name) {
  return new Promise((resolve, reject) => {
    const found = (data) => resolve(data.endpoints.find((endpoint) => endpoint.name === name));
    agent.getEndpoints(agent.getAllQueueARNs(), { success: found, failure: reject });
  });
}

function contactOf(id) {
  return agent.getContacts().find((contact) => contact.contactId === id);
}

function connectionOf(contactId, kind) {
  const contact = contactOf(contactId);
  if (kind === 'agent') return contact.getAgentConnection();
  return kind === 'customer' ? contact.getInitialConnection() : contact.getThirdPartyConnections().at(-1);
}

function picture() {
  const { snapshot } = agent._getData?.() ?? { snapshot: connect.core.getAgentDataProvider().getAgentData().snapshot };
  return {
    state: snapshot.state.name, type: snapshot.state.type, next: snapshot.nextState?.name ?? null,
    available: snapshot.agentAvailabilityState.state,
    contacts: Object.fromEntries(snapshot.contacts.map((contact) => [contact.contactId, {
      type: contact.type, state: contact.state.type, queue: contact.queue?.name ?? null,
      method: contact.initiationMethod, attributes: contact.attributes, ids: contact.connections.map((leg) => leg.connectionId),
      legs: contact.connections.map((leg) => [leg.type, leg.state.type, leg.endpoint?.phoneNumber ?? leg.endpoint?.name ?? leg.endpoint?.agentLogin ?? null]),
    }])),
  };
}

// Every getter of the library that takes nothing, called on what there is now: the names of those that throw. Some do so
// by the library's design: two at the agent's own end of a chat, those of Voice ID in a conference.
const CUSTOMERS_ONLY = ['getAuthenticationDetails', 'isAuthenticated'];

function throwing() {
  const found = [];
  const look = (kind, find, except = []) => {
    for (const name of gettersOf(find()).filter((each) => !except.includes(each))) {
      try {
        Promise.resolve(find()[name]()).catch(() => {}); // each of an object of its own: some keep what they made
      } catch (error) {
        found.push(`${kind}.${name}: ${error.message}`);
      }
    }
  };
  look('agent', () => agent);
  for (const { contactId } of agent.getContacts()) {
    look(`contact (${contactOf(contactId).getType()})`, () => contactOf(contactId));
    contactOf(contactId).getConnections().forEach((end, place) => {
      const except = end.isInitialConnection() ? [] : CUSTOMERS_ONLY;
      look(`connection (${end.getType()})`, () => contactOf(contactId).getConnections()[place], except);
    });
  }
  return found;
}

function gettersOf(object) {
  const names = new Set();
  for (let level = object; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) {
      if (/^(get(?!VoiceId)|is|has|can)[A-Z]/.test(name) && typeof object[name] === 'function' && object[name].length === 0) names.add(name);
    }
  }
  return [...names];
}
