import { UsageError } from '../../errors/errors.ts';
import type { ClientKeys } from './client-keys.ts';

export function isLoopback(host: string): boolean {
  return host === '127.0.0.1' || host === '::1' || host === 'localhost';
}

/**
 * The address to listen on.
 * @throws UsageError for one that others can reach while no client has a key
 */
export function checkHost(host: string, clientKeys: ClientKeys | undefined): string {
  if (host === 'localhost') return '127.0.0.1';
  if (isLoopback(host) || (clientKeys && clientKeys.count > 0)) return host;
  throw new UsageError('USAGE', `The proxy does not listen on "${host}" without client keys.`, {
    hint:
      'Make one by: codex-glm proxy keys add NAME. Keys and prompts travel in the clear over http: outside of your own ' +
      'machine put a TLS server in front, such as: caddy reverse-proxy --from proxy.example.com --to 127.0.0.1:18765',
  });
}

/** How a client on this machine names the host. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
