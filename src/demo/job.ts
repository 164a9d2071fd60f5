/** The one kind of job that the demo can do: a small file that prints a text. */
export interface DemoJob {
  /** A plain name without folders, so that nothing outside of the working folder is ever touched. */
  fileName: string;
  /** One line. */
  text: string;
}

const fileName = '[`"\'“「]?([A-Za-z0-9_][A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]+)*\\.[A-Za-z0-9]+)[`"\'”」]?';

const wordings = [
  new RegExp(
    `(?:create|write|make|add)\\s+(?:an?\\s+|the\\s+)?(?:new\\s+)?(?:file\\s+)?(?:called\\s+|named\\s+)?${fileName},?\\s+` +
      '(?:that|which|to)\\s+(?:just\\s+)?(?:prints?|outputs?|says?|logs?|shows?|writes?)\\s+(.+)',
    'i',
  ),
  new RegExp(
    `(?:创建|新建|编写|写)\\s*(?:一个)?\\s*(?:文件)?\\s*${fileName}\\s*[,，、]?\\s*(?:它|让它|使其|用来)?\\s*(?:输出|打印|显示)\\s*(.+)`,
  ),
];

/** The job that a prompt asks for; undefined for anything else. */
export function parseJob(prompt: string): DemoJob | undefined {
  for (const wording of wordings) {
    const [, name, wanted] = wording.exec(prompt) ?? [];
    if (name !== undefined && wanted !== undefined) return { fileName: name, text: printedText(wanted) };
  }
  return undefined;
}

/** The quoted part, or the rest of the sentence without "and run it". */
function printedText(wanted: string): string {
  const quoted = /^(?:"([^"]+)"|'([^']+)'|`([^`]+)`|“([^”]+)”|「([^」]+)」)/.exec(wanted);
  if (quoted) return quoted.slice(1).find((group) => group !== undefined) ?? '';
  return wanted.replace(/(?:,|，|\s+and)\s*(?:and\s+)?(?:then\b|run\b|然后|并).*$/i, '').replace(/[.。!！]?\s*$/, '');
}

interface Language {
  /** The lines of a file that prints `text`. */
  source: (text: string) => string;
  /** The command that runs, or where there is nothing to run shows, the file. */
  command: (file: string) => string;
}

const javaScript: Language = {
  source: (text) => `console.log(${JSON.stringify(text)});`,
  command: (file) => `node ${file}`,
};
const shell: Language = {
  source: (text) => `printf '%s\\n' '${text.replaceAll("'", "'\\''")}'`,
  command: (file) => `sh ${file}`,
};
const plainText: Language = { source: (text) => text, command: (file) => `cat ${file}` };

const languages: Record<string, Language> = {
  js: javaScript,
  mjs: javaScript,
  cjs: javaScript,
  // A JSON string is also a Python string.
  py: { source: (text) => `print(${JSON.stringify(text)})`, command: (file) => `python3 ${file}` },
  sh: shell,
  bash: shell,
};

export function sourceOf(job: DemoJob): string {
  return languageOf(job).source(job.text);
}

export function runCommandOf(job: DemoJob): string {
  return languageOf(job).command(job.fileName);
}

function languageOf(job: DemoJob): Language {
  const extension = job.fileName.split('.').at(-1)?.toLowerCase() ?? '';
  return languages[extension] ?? plainText;
}
