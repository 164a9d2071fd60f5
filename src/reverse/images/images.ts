import { constants, open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RequestError } from '../../errors/errors.ts';
import type { TurnPart } from '../../translate/reverse/messages.ts';
import { fetchImage } from './fetch-image.ts';
import type { ImageRoom } from './image-room.ts';

export interface ImageRules {
  /** Of the request that the images belong to. */
  room: ImageRoom;
  /** Absolute; images are read by path from inside of these only. */
  folders: readonly string[];
}

/**
 * The parts with every image as a data URL, whatever it was: nothing is stored on the way, so nothing has to be removed.
 * @throws RequestError 400, 403 or 413
 */
export function resolveImages(parts: readonly TurnPart[], rules: ImageRules, signal: AbortSignal): Promise<TurnPart[]> {
  return Promise.all(
    parts.map(async (part) => {
      if (part.type !== 'image') return part;
      const bytes = await readImage(part.source, rules, signal);
      return { ...part, source: `data:${imageType(bytes)};base64,${bytes.toString('base64')}` };
    }),
  );
}

function readImage(source: string, rules: ImageRules, signal: AbortSignal): Promise<Buffer> | Buffer {
  if (/^data:/i.test(source)) return decodeDataUrl(source, rules.room);
  if (/^https?:/i.test(source)) return fetchImage(source, rules.room, signal);
  return readLocal(source, rules);
}

function decodeDataUrl(url: string, room: ImageRoom): Buffer {
  const comma = url.indexOf(',');
  if (comma < 0 || !/;base64$/i.test(url.slice(0, comma)))
    throw new RequestError('BAD_REQUEST', 400, 'An image as a data URL must be in base64.');
  const bytes = Buffer.from(url.slice(comma + 1), 'base64');
  room.take(bytes.length, bytes.length);
  return bytes;
}

/** Not through a link that was put there since, and without waiting for the other end of a pipe. Absent on Windows. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function readLocal(source: string, { folders, room }: ImageRules): Promise<Buffer> {
  const path = /^file:/i.test(source) ? filePath(source) : source;
  const real = await realpath(path).catch(() => undefined);
  const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  // one answer for all, so that nobody can find out which files there are
  if (real === undefined || !isAbsolute(path) || !roots.some((root) => root !== undefined && isInside(real, root))) {
    throw new RequestError(
      'BAD_REQUEST',
      403,
      'An image file is not inside of a folder that images may be read from.',
      {
        hint: 'Send it as a data URL, or have the folder allowed: CODEX_GLM_SERVE_IMAGE_FOLDERS.',
      },
    );
  }
  await using file = await open(real, openFlags);
  const stats = await file.stat();
  if (!stats.isFile()) throw new RequestError('BAD_REQUEST', 400, 'An image path does not name a file.');
  room.take(stats.size, stats.size);
  return file.readFile();
}

function filePath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw new RequestError('BAD_REQUEST', 400, 'A file: URL of an image is not valid.');
  }
}

export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** By the first bytes, not by what the sender says. */
function imageType(bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('\u0089PNG\r\n\u001a\n')) return 'image/png';
  if (start.startsWith('\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  throw new RequestError('BAD_REQUEST', 400, 'An image is none of PNG, JPEG, GIF and WebP.');
}
