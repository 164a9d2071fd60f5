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

/**
 * Calls `open` with the port to listen on. Between the choice and the listening another process may take the port: then
 * again with the next one, unless exactly this one was asked for.
 * @throws what `open` throws; for a taken port that is an error with the system's own one as its cause
 */
export async function openOnPort<T>(standalone: StandaloneSettings, open: (port: number) => Promise<T>): Promise<T> {
  for (let attemptsLeft = neighbours; ; attemptsLeft--) {
    try {
      // `getPort` does not give the same port again for some seconds
      return await open(await choosePort(standalone));
    } catch (error) {
      if (standalone.isPortFixed || attemptsLeft === 0 || !isPortTaken(error)) throw error;
    }
  }
}

function isPortTaken(error: unknown): boolean {
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  return cause?.code === 'EADDRINUSE';
}
