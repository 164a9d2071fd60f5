import { readFileSync } from 'node:fs';
import { UsageError } from '../errors/errors.ts';

const hint = 'Correct network.ca_file in config.toml, or CODEX_GLM_CA_FILE.';

/**
 * The PEM text of certificate authorities.
 * @throws UsageError BAD_SETTING for a file that cannot be read or holds no certificate
 */
export function readCaFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError('BAD_SETTING', `The certificate file ${path} cannot be read: ${(error as Error).message}`, {
      hint,
      cause: error,
    });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new UsageError('BAD_SETTING', `The certificate file ${path} holds no certificate in PEM form.`, { hint });
}
