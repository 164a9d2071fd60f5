import { CodexGlmError, UsageError } from '../errors/errors.ts';

/** Name of our entries in the keychain of the system; the account is the provider's id. */
const service = 'codex-glm';

/** Without a Secret Service the package would take the kernel's keyring, which forgets everything at the next start. */
const durable = { linux: { store: 'secret-service' } } as const;

/** What is used of `@napi-rs/keyring` 2, an optional dependency. */
interface Keyring {
  AsyncEntry: new (
    service: string,
    account: string,
    options: { linux: { store: 'secret-service' } },
  ) => {
    getPassword(): Promise<string | null | undefined>;
    setPassword(password: string): Promise<void>;
  };
}

/** @throws UsageError KEYCHAIN_FAILED */
export async function readKeychain(providerId: string): Promise<string> {
  const key = await withKeychain(({ AsyncEntry }) => new AsyncEntry(service, providerId, durable).getPassword());
  if (key) return key;
  throw new UsageError('KEYCHAIN_FAILED', `The keychain has no key for ${providerId}.`, {
    hint: 'Run: codex-glm setup',
  });
}

/** @throws UsageError KEYCHAIN_FAILED */
export async function writeKeychain(providerId: string, key: string): Promise<void> {
  await withKeychain(({ AsyncEntry }) => new AsyncEntry(service, providerId, durable).setPassword(key));
}

/** Can a key be kept there? Asks for an entry that does not exist, which needs no unlocking. */
export async function hasKeychain(): Promise<boolean> {
  return withKeychain(({ AsyncEntry }) => new AsyncEntry(service, '-', durable).getPassword()).then(
    () => true,
    () => false,
  );
}

async function withKeychain<T>(act: (keyring: Keyring) => Promise<T>): Promise<T> {
  try {
    return await act(await loadKeyring());
  } catch (error) {
    if (error instanceof CodexGlmError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError('KEYCHAIN_FAILED', `The keychain of the system cannot be used: ${why}`, {
      hint: 'Unlock it, or keep the key elsewhere: codex-glm setup',
    });
  }
}

async function loadKeyring(): Promise<Keyring> {
  // not a literal: neither the compiler nor the bundler must want a package that may be missing
  const name = '@napi-rs/keyring';
  try {
    return (await import(name)) as Keyring;
  } catch {
    throw new UsageError('KEYCHAIN_FAILED', 'The package for the keychain of the system is not installed.', {
      hint: `Run: npm install -g ${name}, or keep the key elsewhere: codex-glm setup`,
    });
  }
}
