import getPort, { portNumbers } from 'get-port';
import type { StandaloneSettings } from './standalone-settings.ts';

/** How many ports behind the usual one are tried before any free one is taken. */
const neighbours = 20;

/** The port to listen on: exactly the one that was asked for, else the usual one or the next that is free. */
export async function choosePort({ settings, isPortFixed }: StandaloneSettings): Promise<number> {
  const { port, host } = settings.standalone;
  if (isPortFixed) return port;
  return getPort({ port: portNumbers(port, Math.min(port + neighbours, 65_535)), host });
}
