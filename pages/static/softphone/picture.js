// The whole state of the softphone as plain data, read from the library: the one truth that goes up to the desk.
// Times are milliseconds of this browser's clock, rounded to the second: Connect's clock differs.
const RINGING = ["incoming", "pending", "connecting"];
const OVER = ["ended", "error", "missed", "rejected"];
const VOICE = ["voice", "queue_callback"];
const STEADY_MS = 1000; // the skew of two snapshots differs by their ways: a time that is known stays, or it would be news
const MOST_MOMENTS = 100;
const moments = new Map();

export function picture() {
  const { snapshot, configuration } = connect.core.getAgentDataProvider().getAgentData();
  const moment = (time) => (time ? steady(new Date(time).getTime(), snapshot.skew || 0) : null);
  const state = ({ name, type }) => ({ name, type });
  return {
    agent: {
      ...state(snapshot.state), since: moment(snapshot.state.startTimestamp),
      next: snapshot.nextState ? state(snapshot.nextState) : null,
      chosen: snapshot.agentAvailabilityState?.state ?? "",
      states: configuration.agentStates.map(state),
      onDeskPhone: !configuration.softphoneEnabled,
    },
    calls: snapshot.contacts.filter(({ type }) => VOICE.includes(type)).map((contact) => call(contact, moment)),
  };
}

function steady(there, skew) {
  const here = Math.round((there - skew) / 1000) * 1000;
  const was = moments.get(there);
  if (was !== undefined && Math.abs(here - was) <= STEADY_MS) return was;
  if (moments.size >= MOST_MOMENTS) moments.clear();
  moments.set(there, here);
  return here;
}

export function isLive(one) {
  return !OVER.includes(one.state);
}

function call(contact, moment) {
  const legs = contact.connections.map((connection) => leg(connection, moment));
  const first = contact.connections.find((one) => one.initial);
  const dials = first?.type === "outbound" && contact.type === "voice";
  const is = contact.state.type;
  return {
    id: contact.contactId, kind: contact.type, state: is, since: moment(contact.state.timestamp), inbound: !dials,
    rings: RINGING.includes(is) && !dials && !(contact.type === "queue_callback" && is === "connecting"),
    number: first?.endpoint?.phoneNumber ?? contact.customerEndpoint?.phoneNumber ?? "",
    queue: contact.queue?.name ?? "",
    attributes: Object.fromEntries(Object.values(contact.attributes ?? {}).map(({ name, value }) => [name, String(value)])),
    legs,
  };
}

function leg(connection, moment) {
  const endpoint = connection.endpoint ?? {};
  return {
    id: connection.connectionId, state: connection.state.type, since: moment(connection.state.timestamp),
    kind: connection.type === "agent" ? "agent" : connection.initial ? "customer" : "third",
    number: endpoint.phoneNumber ?? "", name: connection.quickConnectName ?? endpoint.name ?? "", muted: Boolean(connection.mute),
  };
}
