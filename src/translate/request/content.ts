import type { ChatContentPart } from '../../protocol/chat.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { isObject } from './parse-request.ts';

/** A message's or tool output's content, taken apart: text in order, and the images that stood between it. */
export interface Content {
  /** Texts joined by newlines, images replaced by a note. Empty when there was nothing. */
  text: string;
  /** The same with images in place; present only when there is at least one image and the model sees images. */
  parts?: ChatContentPart[];
}

export interface ContentOptions {
  /** Does the model take images? If not, each is replaced by a note. */
  seesImages: boolean;
  /** What stands between two text parts. */
  separator?: string;
  report: (diagnostic: Diagnostic) => void;
}

const omittedImage = '[image omitted: this model reads text only]';

/** Reads string content, part arrays in the Responses form, and what lenient clients send in their place. */
export function readContent(content: unknown, options: ContentOptions): Content {
  if (typeof content === 'string') return { text: content };
  if (!Array.isArray(content)) return { text: isObject(content) ? readContent([content], options).text : '' };
  const parts: ChatContentPart[] = [];
  for (const part of content) addPart(part, parts, options);
  const separator = options.separator ?? '\n';
  const hasImage = parts.some((part) => part.type === 'image_url');
  const text = parts.map((part) => (part.type === 'text' ? part.text : '[image]')).join(separator);
  return hasImage ? { text, parts } : { text };
}

function addPart(part: unknown, parts: ChatContentPart[], { seesImages, report }: ContentOptions): void {
  const addText = (text: unknown) => {
    if (typeof text === 'string' && text !== '') parts.push({ type: 'text', text });
  };
  if (typeof part === 'string') return addText(part);
  if (!isObject(part)) return;
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text':
    case 'reasoning_text':
      return addText(part['text']);
    case 'refusal':
      return addText(part['refusal']);
    case 'input_image':
    case 'image_url': {
      const url = imageUrl(part['image_url']);
      if (url !== undefined && seesImages) {
        const detail = part['detail'];
        const image = { url, ...(detail === 'low' || detail === 'high' ? { detail } : {}) };
        parts.push({ type: 'image_url', image_url: image });
        return;
      }
      report({ code: 'image-replaced', detail: url === undefined ? 'image without a usable URL' : 'text-only model' });
      return addText(url === undefined ? '[image omitted: it was given without a usable URL]' : omittedImage);
    }
    case 'input_file': {
      const name = typeof part['filename'] === 'string' ? part['filename'] : 'unnamed';
      report({ code: 'part-dropped', detail: 'input_file' });
      return addText(`[file omitted: ${name}]`);
    }
    case 'input_audio':
      report({ code: 'part-dropped', detail: 'input_audio' });
      return addText('[audio omitted]');
    default:
      report({ code: 'part-dropped', detail: String(part['type']) });
      return addText(part['text']);
  }
}

function imageUrl(value: unknown): string | undefined {
  const url = isObject(value) ? value['url'] : value;
  // a server of one's own might open a file: or another scheme for whoever asks the proxy
  return typeof url === 'string' && /^(?:https?|data):/i.test(url) ? url : undefined;
}
