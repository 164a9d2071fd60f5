import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDemoServer } from '../../../src/demo/server.ts';
import { CancelledError } from '../../../src/errors/errors.ts';
import { readCurrent } from '../../../src/setup/current.ts';
import type { Prompts } from '../../../src/setup/prompts.ts';
import { askForPlan } from '../../../src/setup/wizard.ts';
import { startSimulatedGlm, type SimulatedAccount } from '../../helpers/simulated-glm.ts';
import { testPlace } from '../../helpers/test-place.ts';

const key = 'canary-id.canary-secret';
const plan: SimulatedAccount = { region: 'zai', kind: 'plan' };

/** Answers by the beginning of a question; `default` takes what is preselected. What is shown is kept. */
function scripted(answers: Readonly<Record<string, string | boolean>>): Prompts & { shown: string[] } {
  const shown: string[] = [];
  const answer = (message: string): string | boolean => {
    const found = Object.keys(answers).find((start) => message.startsWith(start));
    if (found === undefined) throw new Error(`no answer to: ${message}`);
    return answers[found] ?? '';
  };
  return {
    shown,
    choose: async (message, choices, initial) => {
      shown.push(`${message} ${choices.map(({ label }) => label).join(' | ')}`);
      const given = answer(message);
      const picked =
        given === 'default'
          ? (choices.find(({ value }) => value === initial) ?? choices[0])
          : choices.find(({ label }) => label.startsWith(String(given)));
      if (!picked) throw new Error(`"${given}" is none of: ${shown.at(-1)}`);
      return picked.value;
    },
    ask: async (message, { initial, check }) => {
      const given = answer(message);
      const text = given === 'default' ? (initial ?? '') : String(given);
      expect(check(text)).toBeUndefined();
      return text;
    },
    askHidden: async (message, check) => {
      expect(check(String(answer(message)))).toBeUndefined();
      return String(answer(message));
    },
    confirm: async (message, initial) => {
      shown.push(message);
      const given = answer(message);
      return given === 'default' ? initial : given === true;
    },
    title: (text) => shown.push(text),
    say: (text) => shown.push(text),
    note: (text, title) => shown.push(`${title}: ${text}`),
    end: (text) => shown.push(text),
    cancelled: () => new CancelledError('Setup'),
    wait: (_message, work) => work(new AbortController().signal),
  };
}

const usual = { 'Main model': 'default', 'Fast model': 'default', Save: true, Use: 'default' };

async function ask(
  answers: Readonly<Record<string, string | boolean>>,
  {
    environment = {},
    own = '',
    account = plan,
  }: { environment?: Record<string, string>; own?: string; account?: SimulatedAccount } = {},
) {
  const place = await testPlace();
  const glm = await startSimulatedGlm({ [key]: account });
  await mkdir(place.glmHome, { recursive: true });
  await writeFile(join(place.glmHome, 'config.toml'), `${own}${glm.settings}`);
  await mkdir(join(place.userHome, '.chelper'));
  await writeFile(
    join(place.userHome, '.chelper/config.yaml'),
    `lang: en_US\nplan: glm_coding_plan_global\napi_key: "${key}" # mine\n`,
  );
  const all = { ...place.environment, ...environment };
  const prompts = scripted({ ...usual, ...answers });
  const asking = askForPlan({ prompts, environment: all, userHome: place.userHome, current: readCurrent({}, all) });
  return { plan: await asking, shown: prompts.shown.join('\n') };
}

test('a key in the environment is offered and stays there', async () => {
  const { plan: made, shown } = await ask(
    { Who: 'GLM', Which: 'Find out', Where: 'Take the one in ZAI_API_KEY' },
    { environment: { ZAI_API_KEY: key } },
  );
  expect(made).toMatchObject({
    provider: { id: 'zai-coding' },
    key: { kind: 'variable', origin: 'ZAI_API_KEY' },
    wire: 'responses',
    mainModel: 'glm-5.3',
    fastModel: 'glm-5.3-flash',
  });
  expect(shown).toContain('Terms of the plan');
  expect(shown).toContain('stays in ZAI_API_KEY');
  expect(shown).not.toContain('canary');
});

test('a key that chelper stored is offered', async () => {
  const { plan: made } = await ask({
    Who: 'GLM',
    Which: 'Find out',
    'Where is': 'Take the one in',
    'Where to': 'In a file',
  });
  expect(made.key).toEqual({ kind: 'file', value: key });
});

test('a key of another endpoint than the one chosen: the right one is taken, in words', async () => {
  const answers = { Who: 'GLM', Which: 'BigModel pay', 'Where is': 'Type', 'API key': key, 'Where to': 'In a file' };
  const { plan: made, shown } = await ask(answers);
  expect(made.provider.id).toBe('zai-coding');
  expect(shown).toContain('This key does not fit BigModel pay-as-you-go; it belongs to Z.ai Coding Plan.');
});

test('a key that is kept nowhere: the user sets the variable that is named', async () => {
  const answers = { Who: 'GLM', Which: 'Find out', 'Where is': 'Type', 'API key': `"${key}"`, 'Where to': 'Nowhere' };
  const { plan: made, shown } = await ask(answers);
  // the quotes came with the clipboard
  expect(made.key).toEqual({ kind: 'variable', origin: 'ZAI_API_KEY', value: key, isUnset: true });
  expect(shown).toContain('nowhere; set ZAI_API_KEY yourself');
});

test('a variable with another key, which would be used instead, is told', async () => {
  const answers = { Who: 'GLM', Which: 'Find out', 'Where is': 'Type', 'API key': key, 'Where to': 'In a file' };
  const { shown } = await ask(answers, { environment: { Z_AI_API_KEY: 'an-old.one' } });
  expect(shown).toContain('Z_AI_API_KEY is set to another key and stands before this one');
  expect(shown).not.toContain('an-old.one');
  expect((await ask(answers, { environment: { Z_AI_API_KEY: key } })).shown).not.toContain('stands before');
});

test('a model that only the server names can be chosen', async () => {
  const { plan: made } = await ask(
    { Who: 'GLM', Which: 'Find out', Where: 'Take the one in ZAI_API_KEY', 'Main model': 'glm-5.4' },
    { environment: { ZAI_API_KEY: key } },
  );
  expect(made.mainModel).toBe('glm-5.4');
});

test('a second setup begins with the models and the wire that are set', async () => {
  const answers = { Who: 'default', Which: 'default', Where: 'Take the one in ZAI_API_KEY' };
  const own = 'provider = "zai-coding"\nmodel = "glm-5.3-flash"\nfast_model = "glm-5.3"\n';
  const { plan: made } = await ask(answers, { own, environment: { ZAI_API_KEY: key } });
  expect(made).toMatchObject({ mainModel: 'glm-5.3-flash', fastModel: 'glm-5.3', wire: 'chat' });
});

test('a pay-as-you-go key hears nothing of plans', async () => {
  const answers = { Who: 'GLM', Which: 'Find out', 'Where is': 'Type', 'API key': key, 'Where to': 'In a file' };
  const { plan: made, shown } = await ask(answers, { account: { region: 'bigmodel', kind: 'pay-as-you-go' } });
  expect(made).toMatchObject({ provider: { id: 'bigmodel' }, wire: 'chat' });
  expect(shown).not.toMatch(/Terms|Responses endpoint\?/);
});

test('a key that fits nowhere can be kept all the same', async () => {
  const answers = {
    Who: 'GLM',
    Which: 'Z.ai Coding',
    'Where is': 'Type',
    'API key': 'no.body-knows',
    'No endpoint': 'Go on',
    'Where to': 'In a file',
  };
  const { plan: made, shown } = await ask(answers);
  expect(made).toMatchObject({ provider: { id: 'zai-coding' }, key: { value: 'no.body-knows' } });
  expect(shown).toContain('✗ Z.ai Coding Plan: answered 401');
});

test('a second setup begins with what is set, and keeps the stored key', async () => {
  const place = await testPlace();
  const script = join(place.userHome, 'give-key.mjs');
  await writeFile(script, `console.log('${key}')`);
  const own = `provider = "zai-coding"\n`;
  const answers = { Who: 'default', Which: 'default', Where: 'Keep', 'Main model': 'glm-5.3-flash' };
  const glmOwn = (settings: string) =>
    settings.replace('[providers.zai-coding]', `[providers.zai-coding]\nkey_command = 'node ${script}'`);
  const glm = await startSimulatedGlm({ [key]: plan });
  await mkdir(place.glmHome, { recursive: true });
  await writeFile(join(place.glmHome, 'config.toml'), own + glmOwn(glm.settings));
  const prompts = scripted({ ...usual, ...answers });
  const current = readCurrent({}, place.environment);
  const made = await askForPlan({ prompts, environment: place.environment, userHome: place.userHome, current });
  expect(made).toMatchObject({
    provider: { id: 'zai-coding' },
    key: { kind: 'kept', value: key },
    mainModel: 'glm-5.3-flash',
  });
});

test('a second setup keeps the address of a gateway that is set', async () => {
  const server = await startDemoServer();
  onTestFinished(() => server.close());
  const own = `provider = "zai"\nbase_url = "${server.baseUrl}"\n`;
  const { plan: made } = await ask(
    { Who: 'default', Which: 'default', Where: 'Take the one in ZAI_API_KEY', Several: 'Z.ai pay' },
    { own, environment: { ZAI_API_KEY: 'demo-takes.any-key' } },
  );
  expect(made).toMatchObject({ provider: { id: 'zai' }, baseUrl: server.baseUrl });
});

test('a server of one’s own: address, no key, and the models that it names', async () => {
  const server = await startDemoServer();
  onTestFinished(() => server.close());
  const answers = {
    Who: 'Any other',
    Its: server.baseUrl,
    Where: 'The server takes no key',
    'Fast model': 'glm-5.3-flash',
  };
  const { plan: made, shown } = await ask(answers);
  expect(made).toMatchObject({
    provider: { id: 'openai-compatible' },
    baseUrl: server.baseUrl,
    key: { kind: 'none' },
    mainModel: 'glm-5.3',
    fastModel: 'glm-5.3-flash',
  });
  expect(shown).toContain('OpenAI-compatible server: answers (glm-5.3), did not call the tool');
});

test('the demo asks for nothing', async () => {
  const { plan: made } = await ask({ Who: 'Demo' });
  expect(made).toMatchObject({ provider: { id: 'demo' }, key: { kind: 'none' } });
});

test('no to the summary cancels', async () => {
  await expect(ask({ Who: 'Demo', Save: false })).rejects.toThrow(CancelledError);
});
