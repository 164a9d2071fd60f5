/** Finds `<think>…</think>` at the start of content, where hosts without a reasoning parser leave it. */
export interface ContentSplitter {
  /** `gap`: behind `</think>`, before the first word of the answer. */
  mode: 'start' | 'thinking' | 'gap' | 'text';
  /** Text that can't be told yet from a tag. */
  held: string;
}

export interface SplitContent {
  reasoning: string;
  text: string;
}

const openTag = '<think>';
const closeTag = '</think>';

export function createContentSplitter(): ContentSplitter {
  return { mode: 'start', held: '' };
}

/**
 * Takes one delta of content and gives what is known of it. An orphan `</think>` at the start is dropped: GLM hosts leave
 * it there when the opening tag was part of the prompt template (openclaw issue 131286).
 */
export function splitContent(splitter: ContentSplitter, delta: string): SplitContent {
  switch (splitter.mode) {
    case 'text':
      return { reasoning: '', text: delta };
    case 'start':
      return splitStart(splitter, splitter.held + delta);
    case 'thinking':
      return splitThinking(splitter, splitter.held + delta);
    case 'gap': {
      const text = delta.trimStart();
      if (text !== '') splitter.mode = 'text';
      return { reasoning: '', text };
    }
    default:
      return splitter.mode satisfies never;
  }
}

/** Content is over: gives what was held back. */
export function flushContent(splitter: ContentSplitter): SplitContent {
  const { held } = splitter;
  splitter.held = '';
  return splitter.mode === 'thinking' ? { reasoning: held, text: '' } : { reasoning: '', text: held };
}

function splitStart(splitter: ContentSplitter, content: string): SplitContent {
  const text = content.trimStart();
  if (text.startsWith(openTag)) return splitThinking(splitter, text.slice(openTag.length));
  if (text.startsWith(closeTag)) return splitGap(splitter, text.slice(closeTag.length));
  if (openTag.startsWith(text) || closeTag.startsWith(text)) {
    splitter.held = content;
    return { reasoning: '', text: '' };
  }
  splitter.mode = 'text';
  splitter.held = '';
  return { reasoning: '', text: content };
}

function splitThinking(splitter: ContentSplitter, content: string): SplitContent {
  const end = content.indexOf(closeTag);
  if (end >= 0) {
    const { text } = splitGap(splitter, content.slice(end + closeTag.length));
    return { reasoning: content.slice(0, end), text };
  }
  splitter.mode = 'thinking';
  const sure = content.length - tagStartLength(content, closeTag);
  splitter.held = content.slice(sure);
  return { reasoning: content.slice(0, sure), text: '' };
}

function splitGap(splitter: ContentSplitter, content: string): SplitContent {
  splitter.mode = 'gap';
  splitter.held = '';
  return splitContent(splitter, content);
}

/** Length of the text's end that may be the beginning of `tag`. */
export function tagStartLength(text: string, tag: string): number {
  let length = Math.min(text.length, tag.length - 1);
  while (length > 0 && !text.endsWith(tag.slice(0, length))) length--;
  return length;
}
