import type { OwnCommand } from './command.ts';
import { onOff, proxyOptions, serviceOptions, text } from './command-options.ts';

/** Of `serve` and `chat`; src/reverse/settings/serve-settings.ts says what they mean. */
const engineOptions = {
  'codex-home': text,
  model: text,
  effort: text,
  workdir: text,
  sandbox: text,
  approval: text,
} as const;

export const ownCommands: Readonly<Record<string, OwnCommand>> = {
  setup: {
    summary: 'choose provider, key and models, and try them live',
    options: {
      yes: onOff,
      provider: text,
      'base-url': text,
      wire: text,
      model: text,
      'fast-model': text,
      'key-command': text,
      'key-stdin': onOff,
      keychain: onOff,
      'no-probe': onOff,
    },
    load: () => import('../commands/setup.ts'),
  },
  config: {
    summary: 'path, print, set KEY VALUE, edit, codex (a config.toml for the standalone proxy)',
    options: {},
    operands: ['path', 'print', 'set', 'edit', 'codex'],
    isOnlyOurs: true,
    load: () => import('../commands/config.ts'),
  },
  models: {
    summary: 'the models of the provider, as its server and the catalog know them',
    options: { json: onOff, all: onOff },
    load: () => import('../commands/models.ts'),
  },
  check: {
    summary: 'test codex, settings, key and network, and say how to mend them',
    options: { json: onOff },
    load: () => import('../commands/check.ts'),
  },
  usage: {
    summary: 'what is left of the plan, and what recent runs used',
    options: { json: onOff },
    load: () => import('../commands/usage.ts'),
  },
  proxy: {
    summary: 'run, start, stop, restart, status, logs, keys, install, uninstall: the proxy without codex',
    options: proxyOptions,
    operands: [
      'run',
      'start',
      'stop',
      'restart',
      'status',
      'logs',
      'keys',
      'capture',
      'replay',
      'install',
      'uninstall',
    ],
    isOnlyOurs: true,
    explainsItself: true,
    load: () => import('../commands/proxy.ts'),
  },
  serve: {
    summary: 'an OpenAI-compatible chat server whose answers are turns of codex; install, uninstall',
    options: { host: text, port: text, 'new-key': onOff, ...engineOptions, ...serviceOptions },
    operands: ['install', 'uninstall'],
    isOnlyOurs: true,
    explainsItself: true,
    load: () => import('../commands/serve.ts'),
  },
  chat: {
    summary: 'a conversation in the terminal, or line by line through a pipe',
    options: engineOptions,
    explainsItself: true,
    load: () => import('../commands/chat.ts'),
  },
};
