import getPort, { portNumbers } from 'get-port';
import { UsageError } from '../errors/errors.ts';
import type { StandaloneSettings } from './standalone-settings.ts';

/** How many ports behind the usual one are tried before any free one is taken. */
const neighbours = 20;

/**
 * The port to listen on: exactly the one that was asked for, else the usual one or the next that is free.
 * @throws UsageError for an address that is not this machine's
 */
export async function choosePort({ settings, isPortFixed }: StandaloneSettings): Promise<number> {
  const { port, host } = settings.standalone;
  if (isPortFixed) return port;
  try {
    return await getPort({ port: portNumbers(port, Math.min(port + neighbours, 65_535)), host });
  } catch (error) {
    throw explainListening(error, host, port);
  }
}

/** What listening may fail of, for people; any other error as it is. */
export function explainListening(error: unknown, host: string, port: number): unknown {
  const usage = (message: string, hint: string) => new UsageError('USAGE', message, { hint, cause: error });
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return usage(
        `Port ${port} is taken by another program.`,
        'Choose another one, or leave --port out for a free one.',
      );
    case 'EACCES':
      return usage(`Port ${port} may not be listened on by you.`, 'Choose one from 1024 on.');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return usage(`"${host}" is no address of this machine.`, 'Name one of its own by --host, or 0.0.0.0 for all.');
    default:
      return error;
  }
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
