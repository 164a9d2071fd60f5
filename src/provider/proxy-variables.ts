import { UsageError } from '../errors/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The way to a provider through other servers, as the environment says it. */
export interface ProxyVariables {
  /** For addresses with http://; empty: they are reached directly. */
  httpProxy: string;
  /** For addresses with https://; empty: they go the way of the others, as undici has it. */
  httpsProxy: string;
  /** Hosts that are reached directly, separated by commas. */
  noProxy: string;
}

/**
 * HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, each in either case, the lower one first, as curl reads them.
 * @param origin where a request shall go: a server on this machine is reached directly, whatever the variables say
 * @returns undefined when there is no proxy
 * @throws UsageError BAD_SETTING for a proxy that cannot be used
 */
export function readProxyVariables(origin: string, environment: Environment): ProxyVariables | undefined {
  if (isLoopback(new URL(origin).hostname)) return undefined;
  const all = readProxy(environment, 'ALL_PROXY');
  const httpProxy = readProxy(environment, 'HTTP_PROXY') || all;
  const httpsProxy = readProxy(environment, 'HTTPS_PROXY') || all;
  if (httpProxy === '' && httpsProxy === '') return undefined;
  return { httpProxy, httpsProxy, noProxy: read(environment, 'NO_PROXY').value };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Without the password, for people. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//…@');
}

export function isSocks(url: string): boolean {
  return /^socks/i.test(url);
}

function readProxy(environment: Environment, variable: string): string {
  const { name, value } = read(environment, variable);
  if (value === '') return '';
  // curl's `host:port`
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  // SOCKS 5 with names looked up by the proxy, which is how they are looked up here anyway
  const usable = url.replace(/^socks5h:/i, 'socks5:');
  if (URL.canParse(usable) && /^(https?|socks5|socks):\/\/[^/]/i.test(usable)) return usable;
  throw new UsageError('BAD_SETTING', `${name} names a proxy that cannot be used: ${withoutCredentials(value)}`, {
    hint: `Write it like http://host:port or socks5://host:port, or unset ${name}.`,
  });
}

function read(environment: Environment, variable: string): { name: string; value: string } {
  const lower = variable.toLowerCase();
  const name = environment[lower]?.trim() ? lower : variable;
  return { name, value: environment[name]?.trim() ?? '' };
}
