import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fetchImage } from '../../../../src/reverse/images/fetch-image.ts';
import { createImageRoom } from '../../../../src/reverse/images/image-room.ts';
import { resolveImages } from '../../../../src/reverse/images/images.ts';
import { isPublicAddress } from '../../../../src/reverse/images/public-address.ts';
import { testPlace } from '../../../helpers/test-place.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const never = new AbortController().signal;

async function resolve(source: string, folders: string[] = [], maxBytes = 1000) {
  const [part] = await resolveImages([{ type: 'image', source }], { room: createImageRoom(maxBytes), folders }, never);
  return part?.type === 'image' ? part.source : undefined;
}

test('an image is known by its bytes, whatever its sender says', async () => {
  const expected = `data:image/png;base64,${png.toString('base64')}`;
  expect(await resolve(`data:text/html;base64,${png.toString('base64')}`)).toBe(expected);
});

test.each([
  ['no image', `data:image/png;base64,${Buffer.from('<svg/>').toString('base64')}`, 400],
  ['not base64', 'data:image/png,abc', 400],
  ['too large', `data:image/png;base64,${Buffer.alloc(1001).toString('base64')}`, 413],
  ['plain http', 'http://example.com/x.png', 400],
  ['a path without allowed folders', '/etc/passwd', 403],
  ['a relative path', 'x.png', 403],
])('%s is refused', async (_, source, status) => {
  await expect(resolve(source)).rejects.toMatchObject({ status });
});

test('all images of a request together have a limit too', async () => {
  const source = `data:image/png;base64,${png.toString('base64')}`;
  const images = (count: number) => Array.from({ length: count }, () => ({ type: 'image' as const, source }));
  const rules = () => ({ room: createImageRoom(png.length), folders: [] });
  expect(await resolveImages(images(8), rules(), never)).toHaveLength(8);
  await expect(resolveImages(images(9), rules(), never)).rejects.toMatchObject({ status: 413 });
});

test('files are read from inside of allowed folders only, and no link leads out', async () => {
  const place = await testPlace();
  const allowed = join(place.tempFolder, 'allowed');
  await mkdir(allowed);
  await writeFile(join(allowed, 'in.png'), png);
  await writeFile(join(place.tempFolder, 'out.png'), png);
  await symlink(join(place.tempFolder, 'out.png'), join(allowed, 'link.png'));
  expect(await resolve(join(allowed, 'in.png'), [allowed])).toContain('data:image/png');
  expect(await resolve(`file://${join(allowed, 'in.png')}`, [allowed])).toContain('data:image/png');
  for (const path of ['../out.png', 'link.png', 'missing.png']) {
    await expect(resolve(join(allowed, path), [allowed])).rejects.toMatchObject({ status: 403 });
  }
  await expect(resolve(allowed, [allowed])).rejects.toMatchObject({ status: 400 });
});

test.each([
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.31.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['2002:7f00:1::', false],
  ['64:ff9b::7f00:1', false],
  ['not an address', false],
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

test.each(['https://localhost/x.png', 'https://127.1/x.png', 'https://[::1]/x.png', 'https://0x7f000001/x.png'])(
  '%s is not connected to',
  async (url) => {
    await expect(fetchImage(url, createImageRoom(1000), never)).rejects.toThrow(/not a public address/);
  },
);
