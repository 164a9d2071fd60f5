// The translation alone, without a server: a Responses request to a chat request, chunks to events.
import { findModel, findProvider, responseSkeleton, toChatRequest, translateStream } from 'codex-glm';

const provider = findProvider('zai-coding');
const model = findModel(provider, 'glm-5.3');
const request = { model: model.id, input: 'Hello?' };
const { chat, tools, usedCallIds } = toChatRequest(request, { model, rules: provider.rules });
console.log(JSON.stringify(chat.messages));

async function* chunks() {
  yield { choices: [{ index: 0, delta: { content: 'Hello ' } }] };
  yield { choices: [{ index: 0, delta: { content: 'there.' }, finish_reason: 'stop' }] };
}
const response = responseSkeleton(request, model.id);
const options = { response, tools, usedCallIds, family: model.family, estimatedInputTokens: 10 };
for await (const event of translateStream(chunks(), options)) console.log(event.type);
