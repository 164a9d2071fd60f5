import { RequestError } from '../../errors/errors.ts';

/** How much the images of one request may take. */
export interface ImageRoom {
  /**
   * Before `bytes` more are kept, of an image of which there are `imageBytes` then.
   * @throws RequestError 413
   */
  take(bytes: number, imageBytes: number): void;
}

/** All images of a request together may have this many times the size of the largest one. */
const largestTimes = 8;

export function createImageRoom(maxImageBytes: number): ImageRoom {
  let left = largestTimes * maxImageBytes;
  return {
    take(bytes, imageBytes) {
      if (imageBytes > maxImageBytes) throw tooLarge(`An image is larger than ${maxImageBytes} bytes.`);
      left -= bytes;
      if (left < 0) throw tooLarge(`The images of the request have more than ${largestTimes * maxImageBytes} bytes.`);
    },
  };
}

function tooLarge(message: string): RequestError {
  return new RequestError('BODY_TOO_LARGE', 413, message, {
    hint: 'Send smaller ones, or have the limit raised: CODEX_GLM_SERVE_IMAGE_LIMIT.',
  });
}
