// The commands that the desk can send to the softphone, each in the library's own call. The library waits without
// limit: the caller needs a deadline.
const ask = (call) => new Promise((success, failure) => call({ success, failure }));

export function commands(username) {
  const agent = () => new connect.Agent();
  const contact = (id) => found(agent().getContacts().find((one) => one.getContactId() === id));
  const leg = ({ contact: id, leg: legId }) => found(contact(id).getConnections().find((one) => one.getConnectionId() === legId));
  const mine = (id) => found(contact(id).getAgentConnection());
  const places = async () => (await ask((done) => agent().getEndpoints(agent().getAllQueueARNs(), done))).endpoints;

  return {
    async set_state({ name, type }) {
      const states = agent().getAgentStates();
      const state = found(states.find((one) => one.name === name) ?? states.find((one) => one.type === type));
      await ask((done) => agent().setState(state, done, { enqueueNextState: true }));
    },
    accept: ({ contact: id }) => ask((done) => contact(id).accept(done)),
    reject: ({ contact: id }) => ask((done) => contact(id).reject(done)),
    hang_up: ({ contact: id }) => ask((done) => mine(id).destroy(done)),
    clear: ({ contact: id }) => ask((done) => contact(id).clear(done)),
    hold: (asked) => ask((done) => leg(asked).hold(done)),
    resume: (asked) => ask((done) => leg(asked).resume(done)),
    drop: (asked) => ask((done) => leg(asked).destroy(done)),
    mute_leg: (asked) => ask((done) => leg(asked).muteParticipant(done)),
    unmute_leg: (asked) => ask((done) => leg(asked).unmuteParticipant(done)),
    digits: ({ digits, ...asked }) => ask((done) => leg(asked).sendDigits(digits, done)),
    async mute({ on }) {
      on ? agent().mute() : agent().unmute();
    },
    async dial({ number, place }) {
      const endpoint = number ? connect.Endpoint.byPhoneNumber(number) : await placed(place);
      await ask((done) => agent().connect(endpoint, done));
    },
    async places() {
      return (await places()).map((one) => ({
        id: one.endpointARN ?? one.endpointId, name: one.name ?? "", kind: one.type, leads: one.agentLogin ?? one.queue?.queueARN ?? one.queue ?? "",
      }));
    },
    async consult({ contact: id, number, place }) {
      const endpoint = number ? connect.Endpoint.byPhoneNumber(number) : await placed(place);
      await ask((done) => contact(id).addConnection(endpoint, done));
    },
    // A transfer without consulting: the agent leaves while the third party is being called.
    async pass_on({ contact: id, ...where }) {
      await this.consult({ contact: id, ...where });
      await ask((done) => mine(id).destroy(done));
    },
    swap: ({ contact: id }) => ask((done) => contact(id).toggleActiveConnections(done)),
    join: ({ contact: id }) => ask((done) => contact(id).conferenceConnections(done)),
    // A transfer to oneself: an agent whose tab lost the sound of a call gets it again as a new call. Returns the id of
    // the customer's first contact, by which the new one is known.
    async recover({ contact: id }) {
      const own = (await places()).find((one) => one.agentLogin === username || one.name === username);
      if (!own) throw new Refusal("NoWayBack");
      const first = contact(id).getInitialContactId();
      await ask((done) => contact(id).addConnection(own, done));
      await ask((done) => mine(id).destroy(done));
      return first;
    },
  };

  async function placed(id) {
    return found((await places()).find((one) => (one.endpointARN ?? one.endpointId) === id));
  }
}

export class Refusal extends Error {}

function found(thing) {
  if (!thing) throw new Refusal("NotThere");
  return thing;
}

// The name of a refusal: the library returns a JSON text with its type, and for `accept` a bare word.
export function nameOf(error) {
  if (error instanceof Refusal) return error.message;
  try {
    return String(JSON.parse(error).type ?? "Refused");
  } catch {
    return "Refused";
  }
}
