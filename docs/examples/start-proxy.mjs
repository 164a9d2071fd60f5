// The proxy inside a program of your own. `provider: 'demo'` needs no key; for GLM:
//   startProxy({ provider: 'zai-coding', apiKey: process.env.ZAI_API_KEY })
import { startProxy } from 'codex-glm';

const proxy = await startProxy({
  provider: { id: 'my-server', baseUrl: process.env.BASE_URL, mainModel: 'glm-5.3' },
  apiKey: process.env.API_KEY,
});
try {
  const answer = await fetch(`${proxy.url}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${proxy.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5', input: 'Hello?' }),
  });
  const { output } = await answer.json();
  console.log(output.at(-1).content[0].text);
} finally {
  await proxy.close();
}
