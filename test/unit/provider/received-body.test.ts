import { describe, expect, it } from 'vitest';
import { ReceivedBody } from '../../../src/provider/received-body.ts';

function bodyWithLog() {
  const log: string[] = [];
  const body = new ReceivedBody({
    pause: () => void log.push('pause'),
    resume: () => void log.push('resume'),
    abort: () => void log.push('abort'),
  });
  for (const event of ['error', 'close'] as const) body.on(event, () => void log.push(event));
  return { body, log };
}

async function textOf(body: ReceivedBody): Promise<string[]> {
  const reads: string[] = [];
  for await (const bytes of body.iterator()) reads.push(bytes.toString());
  return reads;
}

describe('ReceivedBody', () => {
  it('gives a read away at once when somebody waits for it', async () => {
    const { body } = bodyWithLog();
    const reads = textOf(body);
    for (const text of ['a', 'b', 'c']) {
      await Promise.resolve();
      body.push(Buffer.from(text));
    }
    body.end();
    expect((await reads).join('')).toBe('abc');
  });

  it('joins what came while nobody read, and then says that it is over', async () => {
    const { body, log } = bodyWithLog();
    for (const text of ['a', 'b', 'c']) body.push(Buffer.from(text));
    body.end();
    expect(await textOf(body)).toEqual(['abc']);
    expect(log).toEqual(['close']);
  });

  it('gives what came before it broke off, then throws', async () => {
    const { body, log } = bodyWithLog();
    body.push(Buffer.from('a'));
    body.end(new Error('reset'));
    body.end();
    const reads = body.iterator();
    expect(await reads.next()).toEqual({ done: false, value: Buffer.from('a') });
    await expect(reads.next()).rejects.toThrow('reset');
    expect(log).toEqual(['error', 'close']);
  });

  it('throws for a reader that waits already', async () => {
    const { body } = bodyWithLog();
    const read = body.next();
    body.end(new Error('reset'));
    await expect(read).rejects.toThrow('reset');
  });

  it('lets the provider wait while 64 KiB are not read', async () => {
    const { body, log } = bodyWithLog();
    body.push(Buffer.alloc(64 * 1024));
    expect(log).toEqual([]);
    body.push(Buffer.alloc(1));
    expect(log).toEqual(['pause']);
    await body.next();
    expect(log).toEqual(['pause', 'resume']);
  });

  it('that is over tells a late listener at once', () => {
    const { body } = bodyWithLog();
    body.end();
    let told = false;
    body.on('close', () => (told = true));
    expect(told).toBe(true);
  });

  it('drops the connection when the rest is not wanted, unless it is over', () => {
    const { body, log } = bodyWithLog();
    body.destroy();
    expect(log).toEqual(['abort']);
    body.end();
    body.destroy();
    expect(log).toEqual(['abort', 'close']);
  });

  it('lets a paused rest come for nothing', () => {
    const { body, log } = bodyWithLog();
    body.push(Buffer.alloc(70_000));
    body.resume();
    body.push(Buffer.alloc(70_000));
    expect(log).toEqual(['pause', 'resume']);
  });
});
