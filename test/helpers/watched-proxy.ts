import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'vitest';
import { startProxy, type Proxy, type ProxyOptions } from '../../src/proxy/server.ts';
import { until, within } from './deadline.ts';
import { watchLeftovers } from './leftovers.ts';
import { testKey } from './proxy-under-test.ts';
import {
  startRawProvider,
  streamed,
  type RawProvider,
  type RawProviderOptions,
  type WireStep,
} from './raw-provider.ts';
import { codexHeaders, eventsOf, question, send, textOfDeltas } from './responses-client.ts';
import { delta, finish, frame } from './scripted-upstream.ts';

export interface Watched {
  proxy: Proxy;
  provider: RawProvider;
}

export interface WatchedOptions extends RawProviderOptions {
  proxy?: Partial<ProxyOptions> | undefined;
}

/** A good answer, ended properly. */
export const goodAnswer: WireStep = streamed([
  frame(delta({ content: 'Go' })),
  frame(delta({ content: 'od.' })),
  `${frame(finish('stop'))}data: [DONE]\n\n`,
]);

/**
 * Runs `check` against a proxy with one single place for requests, in front of a provider that plays the steps. Then
 * nothing may be left: the place is free, every connection is closed, no timer runs, no listener stays on a socket.
 */
export async function withNothingLeft(
  steps: WireStep[],
  check: (watched: Watched) => Promise<void>,
  options: WatchedOptions = {},
): Promise<void> {
  const leftovers = watchLeftovers();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  const provider = await startRawProvider(steps, options);
  const port = Number(new URL(provider.baseUrl).port);
  const clients = watchSockets('http.server.request.start', (message) => (message as { socket: Socket }).socket);
  const connections = watchSockets('http.client.response.finish', (message) => {
    const { socket } = (message as { response: IncomingMessage }).response;
    // the clients of the test are in this process, too
    return socket.remotePort === port ? socket : undefined;
  });
  const proxy = await startProxy({
    provider: {
      id: 'glm-test',
      name: 'GLM Test',
      baseUrl: provider.baseUrl,
      mainModel: 'glm-5.3',
      models: [{ id: 'glm-5.3', family: 'glm' }],
    },
    apiKey: testKey,
    maxConcurrent: 1,
    firstRetryDelayMs: 2,
    environment: {},
    ...options.proxy,
  });
  try {
    await check({ proxy, provider });
    provider.play(goodAnswer);
    const next = await send(proxy, { body: question, headers: codexHeaders });
    expect(textOfDeltas(eventsOf(next.text)), 'the next request').toBe('Good.');
    await until('no connection of a client is open', () => clients.open() === 0, 5000);
    expect(Math.min(clients.count(), connections.count()), 'connections that were watched').toBeGreaterThan(0);
    expect([...clients.grownListeners(), ...connections.grownListeners()], 'listeners that became more').toEqual([]);
  } finally {
    await within(5000, 'the end of the proxy', proxy.close());
    await until('no connection to the provider is open', () => provider.openSockets === 0, 5000);
    await provider.close();
    clients.stop();
    connections.stop();
    process.off('warning', onWarning);
  }
  await leftovers.expectNone();
  expect(warnings).toEqual([]);
}

/** The sockets that a diagnostics channel tells of with each request. */
function watchSockets(channel: string, socketOf: (message: unknown) => Socket | undefined) {
  const listeners = new Map<Socket, number[]>();
  const note = (message: unknown) => {
    const socket = socketOf(message);
    if (!socket) return;
    const count = socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0);
    listeners.set(socket, [...(listeners.get(socket) ?? []), count]);
  };
  subscribe(channel, note);
  return {
    count: () => listeners.size,
    open: () => [...listeners.keys()].filter((socket) => !socket.destroyed).length,
    /** The numbers of listeners of each socket that had more of them in the end than for its first requests. */
    grownListeners: () =>
      [...listeners.values()].filter((counts) => (counts.at(-1) ?? 0) > Math.max(...counts.slice(0, 3))),
    stop: () => unsubscribe(channel, note),
  };
}
