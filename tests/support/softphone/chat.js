// Both ends of a chat by the unmodified ChatJS: a customer's page, and the agent's through the softphone library.
'use strict';

window.said = [];

function listen(session) {
  window.chat = session;
  session.onMessage(({ data }) => said.push({ kind: 'message', role: data.ParticipantRole, type: data.ContentType, text: data.Content ?? null, file: data.Attachments?.[0].AttachmentName ?? null }));
  session.onTyping(({ data }) => said.push({ kind: 'typing', role: data.ParticipantRole }));
  session.onReadReceipt(({ data }) => said.push({ kind: 'read', of: data.MessageMetadata.MessageId }));
  session.onEnded(() => said.push({ kind: 'ended' }));
  session.onConnectionLost(() => said.push({ kind: 'lost' }));
  session.onConnectionEstablished(() => said.push({ kind: 'established' }));
  return session;
}

async function joinAsCustomer([endpoint, region, chatDetails]) {
  connect.ChatSession.setGlobalConfig({ endpoint, region });
  const options = { region };
  await listen(connect.ChatSession.create({ chatDetails, options, type: 'CUSTOMER', disableCSM: true })).connect();
}

async function joinAsAgent(contactId) {
  listen(await contactOf(contactId).getAgentConnection().getMediaController());
}

function say(message) {
  return chat.sendMessage({ contentType: 'text/plain', message });
}

function type() {
  return chat.sendEvent({ contentType: 'application/vnd.amazonaws.connect.event.typing' });
}

function read(messageId) {
  const content = JSON.stringify({ messageId });
  return chat.sendEvent({ contentType: 'application/vnd.amazonaws.connect.event.message.read', content });
}

async function transcript() {
  const answer = await chat.getTranscript({ scanDirection: 'BACKWARD', sortOrder: 'ASCENDING', maxResults: 100 });
  return answer.data.Transcript.filter((item) => item.Type === 'MESSAGE').map((item) => item.Content);
}

function send(name, text) {
  return chat.sendAttachment({ attachment: new File([text], name, { type: 'text/plain' }) });
}
