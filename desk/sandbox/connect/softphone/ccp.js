// Amazon's release is the CCP here; this page gives it a session, and what a CCP adds to it: a state to choose, a
// microphone that can be muted (there is no audio), a way out, and the second channel that a desk's release asks for.
'use strict';

const settings = JSON.parse(document.getElementById('settings').textContent);
connect.core.initSharedWorker(settings);
connect.core.initPageOptions(settings);

const upstream = connect.core.getUpstream();
const bus = connect.core.getEventBus();
let muted = false;

function tellMuted(value) {
  const data = { event: connect.AgentEvents.MUTE_TOGGLE, data: { muted: value } };
  connect.ifMaster(connect.MasterTopics.SOFTPHONE, () => upstream.sendUpstream(connect.EventType.BROADCAST, data));
}

bus.subscribe(connect.AgentEvents.MUTE_TOGGLE, (data) => (muted = data.muted));
bus.subscribe(connect.EventType.MUTE, (data) => tellMuted(data?.mute ?? muted));
connect.contact((contact) => contact.onEnded(() => muted && tellMuted(false)));
// A call whose sound does not come tells so as the library does when no network way is found for it.
connect.contact((contact) => contact.onConnected(async () => {
  const { audio } = await (await fetch(`audio${location.search}`)).json();
  if (audio) return;
  const data = { errorType: connect.SoftphoneErrorTypes.ICE_COLLECTION_TIMEOUT, errorMessage: "Ice collection timedout", endPointUrl: "" };
  connect.ifMaster(connect.MasterTopics.SOFTPHONE, () =>
    upstream.sendUpstream(connect.EventType.BROADCAST, { event: connect.AgentEvents.SOFTPHONE_ERROR, data }));
}));
const PATIENCE_MS = 3000; // the library itself waits for ever

// Choose a state; with a contact in hand it is the next one, as in every CCP.
function choose(agent, state) {
  const chosen = new Promise((resolve, reject) => {
    const failure = (error) => reject(new Error(JSON.parse(error).message));
    agent.setState(state, { success: resolve, failure }, { enqueueNextState: true });
  });
  return Promise.race([chosen, new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error('Timeout')))]);
}

connect.agent((agent) => {
  const states = document.getElementById('states');
  const trouble = document.getElementById('trouble');
  states.append(...agent.getAgentStates().map(({ name }) => new Option(name)));
  states.addEventListener('change', () => {
    trouble.textContent = '';
    choose(agent, agent.getAgentStates()[states.selectedIndex]).catch((error) => (trouble.textContent = error.message));
  });
  agent.onRefresh(() => {
    const next = agent.getNextState();
    document.getElementById('state').textContent = agent.getState().name + (next ? ` → ${next.name}` : '');
    states.value = next?.name ?? agent.getAvailabilityState().state;
  });

  // The button lets the agent be offline; the sign-out's address alone leaves the state as it is (streams#493).
  document.getElementById('sign-out')?.addEventListener('click', async () => {
    const offline = agent.getAgentStates().find(({ type }) => type === connect.AgentStateType.OFFLINE);
    await choose(agent, offline).catch(() => {});
    await fetch(settings.logoutEndpoint);
    bus.trigger(connect.EventType.TERMINATE);
  });
});

const answers = {
  'contact/getInstanceDetails': () => ({ region: settings.region, accountId: settings.account, instanceId: settings.instance }),
};

if (window.parent !== window) {
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => {
    if (data.type === 'cross-domain-site-ready') {
      const state = { connectionId: data.providerId, status: { initialized: true }, healthCheckInterval: 0 };
      channel.port1.postMessage({ type: 'acknowledge', ...state });
    } else if (data.type === 'request') {
      const answer = answers[data.command];
      const { namespace, requestId, command } = data;
      const said = answer
        ? { isError: false, data: answer(data.data) }
        : { isError: true, reason: `${command} is not there`, details: { command, requestData: data.data } };
      channel.port1.postMessage({ type: 'response', namespace, requestId, ...said });
    }
  };
  window.parent.postMessage({ type: 'cross-domain-adapter-init' }, '*', [channel.port2]);
}
