import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDiskStore } from '../../../src/history/disk-store.ts';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import { defaultHistoryLimits, type HistoryLimits, type HistoryStore } from '../../../src/history/store.ts';
import { storedResponse } from '../../helpers/stored-response.ts';
import { testFolder } from '../../helpers/test-folder.ts';
import { expectMode, isWindows } from '../../helpers/systems.ts';

type Open = (limits: HistoryLimits, now: () => number) => Promise<HistoryStore>;
const backEnds: [string, Open][] = [
  ['in memory', async (limits, now) => createMemoryStore(limits, now)],
  ['on disk', async (limits, now) => openDiskStore(await testFolder(), limits, now)],
];

describe.each(backEnds)('history %s', (_, open) => {
  const openWith = (limits: Partial<HistoryLimits> = {}, now: () => number = Date.now) =>
    open({ ...defaultHistoryLimits, ...limits }, now);

  it('gives back what was put, reasoning included', async () => {
    const store = await openWith();
    const stored = storedResponse('resp_a1', 'Hello', { reasoning: 'sealed' });
    expect(await store.put(stored)).toBe(true);
    expect(await store.get('resp_a1')).toEqual(stored);
  });

  it('keeps what was put when the object is changed later', async () => {
    const store = await openWith();
    const stored = storedResponse('resp_a1', 'Hello');
    await store.put(stored);
    stored.response.output = [];
    expect((await store.get('resp_a1'))?.response.output).toHaveLength(1);
  });

  it.each(['resp_unknown', '', '../../etc/passwd', '__proto__'])('knows nothing of "%s"', async (id) => {
    const store = await openWith();
    expect(await store.get(id)).toBeUndefined();
    expect(await store.delete(id)).toBe(false);
  });

  it('forgets what was deleted, once', async () => {
    const store = await openWith();
    await store.put(storedResponse('resp_a1'));
    expect(await store.delete('resp_a1')).toBe(true);
    expect(await store.get('resp_a1')).toBeUndefined();
    expect(await store.delete('resp_a1')).toBe(false);
  });

  it('replaces a response with the same id', async () => {
    const store = await openWith({ maxResponses: 2 });
    for (const text of ['one', 'two', 'three']) await store.put(storedResponse('resp_a1', text));
    await store.put(storedResponse('resp_a2'));
    expect(JSON.stringify(await store.get('resp_a1'))).toContain('three');
  });

  it('drops a response when its time is over', async () => {
    let nowMs = Date.now();
    const store = await openWith({ ttlMs: 1000 }, () => nowMs);
    await store.put(storedResponse('resp_a1'));
    nowMs += 999;
    expect(await store.get('resp_a1')).toBeDefined();
    nowMs += 1;
    expect(await store.get('resp_a1')).toBeUndefined();
    expect(await store.delete('resp_a1')).toBe(false);
  });

  it('drops the oldest for a new one', async () => {
    const store = await openWith({ maxResponses: 2 });
    for (const id of ['resp_a1', 'resp_a2', 'resp_a3']) await store.put(storedResponse(id));
    expect(await store.get('resp_a1')).toBeUndefined();
    expect(await store.get('resp_a2')).toBeDefined();
    expect(await store.get('resp_a3')).toBeDefined();
  });

  it('refuses what alone is too large, and drops nothing for it', async () => {
    const store = await openWith({ maxBytes: 2000 });
    await store.put(storedResponse('resp_a1'));
    expect(await store.put(storedResponse('resp_a2', 'x'.repeat(3000)))).toBe(false);
    expect(await store.get('resp_a1')).toBeDefined();
    expect(await store.get('resp_a2')).toBeUndefined();
  });

  it('keeps the newest that fit, whatever was put', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 800 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 6 }), async (lengths, maxResponses) => {
        const maxBytes = 2500;
        const store = await openWith({ maxBytes, maxResponses });
        const all = lengths.map((length, i) => storedResponse(`resp_${i}`, 'é'.repeat(length)));
        for (const stored of all) await store.put(stored);
        let bytes = 0;
        let count = 0;
        let full = false;
        for (const stored of all.toReversed()) {
          const size = Buffer.byteLength(JSON.stringify(stored));
          const found = await store.get(stored.response.id);
          if (size > maxBytes) {
            expect(found).toBeUndefined();
            continue;
          }
          full ||= bytes + size > maxBytes || count === maxResponses;
          expect(found !== undefined).toBe(!full);
          if (full) continue;
          bytes += size;
          count++;
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('history on disk', () => {
  it('is found again after a start, in the old order', async () => {
    const folder = await testFolder();
    const first = await openDiskStore(folder);
    for (const id of ['resp_a1', 'resp_a2']) {
      await first.put(storedResponse(id));
      // the order of files is that of their times
      await setTime(folder, id);
    }
    const second = await openDiskStore(folder, { ...defaultHistoryLimits, maxResponses: 2 });
    expect(await second.get('resp_a1')).toEqual(storedResponse('resp_a1'));
    await second.put(storedResponse('resp_a3'));
    expect(await second.get('resp_a1')).toBeUndefined();
    expect(await second.get('resp_a2')).toBeDefined();
  });

  it('is one readable file for each response, for its owner only', async () => {
    const folder = join(await testFolder(), 'history');
    const store = await openDiskStore(folder);
    await store.put(storedResponse('resp_a1', 'Hello'));
    expect(await readdir(folder)).toEqual(['resp_a1.json']);
    expect(JSON.parse(await readFile(join(folder, 'resp_a1.json'), 'utf8'))).toMatchObject({
      response: { id: 'resp_a1' },
    });
    expectMode(join(folder, 'resp_a1.json'), 0o600);
    expectMode(folder, 0o700);
  });

  it('leaves no file of what is dropped or deleted', async () => {
    const folder = await testFolder();
    const store = await openDiskStore(folder, { ...defaultHistoryLimits, maxResponses: 1 });
    await store.put(storedResponse('resp_a1'));
    await store.put(storedResponse('resp_a2'));
    await store.delete('resp_a2');
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not stumble over half-written, damaged and foreign files', async () => {
    const folder = await testFolder();
    await writeFile(join(folder, 'resp_a1.json.tmp'), '{"resp');
    await writeFile(join(folder, 'resp_a2.json'), '{"response":');
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await mkdir(join(folder, 'folder'));
    const store = await openDiskStore(folder);
    expect(await store.get('resp_a1')).toBeUndefined();
    expect(await store.get('resp_a2')).toBeUndefined();
    expect((await readdir(folder)).sort()).toEqual(['folder', 'notes.txt']);
  });

  it('neither reads nor drops JSON of others, and writes nothing under a name that is no id', async () => {
    const folder = join(await testFolder(), 'history');
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), JSON.stringify(storedResponse('package')));
    await utimes(join(folder, 'package.json'), 1, 1);
    const store = await openDiskStore(folder, { ...defaultHistoryLimits, maxResponses: 1 });
    expect(await store.get('package')).toBeUndefined();
    for (const id of ['package', '../outside', 'resp_a/../../outside', 'resp_', '/tmp/outside'])
      await expect(store.put(storedResponse(id)), id).rejects.toThrow('is not the id of a response');
    await store.put(storedResponse('resp_a1'));
    await store.put(storedResponse('resp_a2'));
    expect((await readdir(folder)).sort()).toEqual(['package.json', 'resp_a2.json']);
    expect(await readdir(join(folder, '..'))).toEqual(['history']);
  });

  it('says it when a response cannot be written', async () => {
    const folder = await testFolder();
    const store = await openDiskStore(folder);
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    await expect(store.put(storedResponse('resp_a1'))).rejects.toThrow(isWindows ? /ENOENT/ : /ENOTDIR/);
    expect(await store.get('resp_a1')).toBeUndefined();
  });
});

/** In the order of the ids, whatever the file system's resolution. */
async function setTime(folder: string, id: string): Promise<void> {
  const seconds = Date.now() / 1000 - 100 + Number(id.at(-1));
  await utimes(join(folder, `${id}.json`), seconds, seconds);
}
