import getPort, { portNumbers } from 'get-port';

/** Below the range from which systems give ports to whoever asks for any, so that nobody gets it by chance meanwhile. */
const [lowest, highest] = [20_000, 32_000];
const span = 500;

/** A port at which nothing listens, now and most probably for the time of a test. */
export function freePort(): Promise<number> {
  const from = lowest + Math.floor(Math.random() * (highest - lowest - span));
  return getPort({ port: portNumbers(from, from + span) });
}
