/** The demo's "model": a script that picks its next step from the messages it is given, never from a counter. Pure. */
import { readConversation, type Conversation, type ToolRun } from './conversation.ts';
import { parseJob, runCommandOf, sourceOf, type DemoJob } from './job.ts';
import { isRecord } from './violation.ts';

export interface DemoStep {
  reasoning: string;
  text?: string;
  calls?: readonly { name: string; arguments: string }[];
}

const whatThisIs =
  'This is the codex-glm demo: a scripted server, no model. It can do one kind of job, ' +
  'for example: Create hello.js that prints hello. For anything else use a real provider (codex-glm --help).';

/**
 * @param messages the `messages` of a chat request
 * @param tools its `tools`
 */
export function nextStep(messages: readonly unknown[], tools: readonly unknown[] = []): DemoStep {
  const conversation = readConversation(messages);
  const { prompt } = conversation;
  // codex asks for a title of each new thread of the TUI, and for a summary when the window is full
  if (/\btask title\b/i.test(prompt)) return threadTitle(prompt);
  if (/context checkpoint compaction|handoff summary/i.test(prompt)) return summary(conversation);
  const job = parseJob(prompt);
  if (!job) return say('The prompt is none that the script knows.', whatThisIs);
  return jobStep(job, conversation.runs, toolbox(tools));
}

function jobStep(job: DemoJob, runs: readonly ToolRun[], tools: Toolbox | undefined): DemoStep {
  const { fileName } = job;
  if (!tools) return say('There is no shell tool.', `I cannot create ${fileName}: no shell tool was offered.`);
  const run = (command: string) => runs.findLast((done) => done.input === command)?.output;

  const listing = run('ls');
  if (!listing) return call('First I look at what is in the folder.', tools.shell('ls'));
  if (listing.exitCode !== 0) return giveUp('The folder cannot be listed', listing.text);

  const patched = runs.findLast((done) => done.input.includes('*** Begin Patch'))?.output;
  const exists = listing.text.split('\n').some((line) => line.trim().split(/\s+/).at(-1) === fileName);
  const show = `cat ${fileName}`;
  const current = exists ? run(show) : undefined;
  if (!patched && exists && !current) return call(`${fileName} exists already, so I read it first.`, tools.shell(show));
  if (current && current.exitCode !== 0) return giveUp(`${fileName} cannot be read`, current.text);
  const unchanged = current?.text === sourceOf(job);
  if (!patched && !unchanged) {
    const reasoning = current ? `I replace what ${fileName} prints.` : `There is no ${fileName} yet, so I create it.`;
    return call(reasoning, tools.patch(current ? updatePatch(job, current.text) : addPatch(job)));
  }
  if (patched && patched.exitCode !== 0) return giveUp(`${fileName} could not be written`, patched.text);

  const command = runCommandOf(job);
  const result = runs.at(-1)?.input === command ? runs.at(-1)?.output : undefined;
  if (!result) return call('Now I run it to see that it works.', tools.shell(command));
  const did = unchanged ? `${fileName} was there already` : `I ${exists ? 'changed' : 'created'} ${fileName}`;
  if (result.exitCode !== 0) return giveUp(`${did}, but \`${command}\` failed (${result.exitCode})`, result.text);
  return say('It works.', `${did} and ran \`${command}\`. It printed:\n\n${result.text}`);
}

function addPatch(job: DemoJob): string {
  return `*** Begin Patch\n*** Add File: ${job.fileName}\n+${sourceOf(job)}\n*** End Patch`;
}

function updatePatch(job: DemoJob, current: string): string {
  const removed = current === '' ? [] : current.split('\n').map((line) => `-${line}\n`);
  return `*** Begin Patch\n*** Update File: ${job.fileName}\n@@\n${removed.join('')}+${sourceOf(job)}\n*** End Patch`;
}

interface Call {
  name: string;
  arguments: string;
}

interface Toolbox {
  shell: (command: string) => Call;
  /** Through the shell where codex offers no apply_patch tool: it recognises the heredoc. */
  patch: (patch: string) => Call;
}

/** The argument of each shell tool that codex 0.80 to 0.169 has had, the newest first. */
const shellArguments: Record<string, (command: string) => unknown> = {
  // a login shell may set another PATH, one without node
  exec_command: (command) => ({ cmd: command, login: false }),
  shell_command: (command) => ({ command }),
  shell: (command) => ({ command: ['bash', '-c', command] }),
};

/** undefined when no shell tool is offered. */
function toolbox(tools: readonly unknown[]): Toolbox | undefined {
  const declared = new Map<string, Record<string, unknown>>();
  for (const tool of tools) {
    const inner = isRecord(tool) ? tool['function'] : undefined;
    if (isRecord(inner)) declared.set(String(inner['name']), inner);
  }
  const [shellName, toArguments] = Object.entries(shellArguments).find(([name]) => declared.has(name)) ?? [];
  if (shellName === undefined || !toArguments) return undefined;
  const shell = (command: string) => ({ name: shellName, arguments: JSON.stringify(toArguments(command)) });
  const applyPatch = declared.get('apply_patch');
  if (!applyPatch) return { shell, patch: (patch) => shell(`apply_patch <<'EOF'\n${patch}\nEOF`) };
  const field = onlyField(applyPatch);
  return { shell, patch: (patch) => ({ name: 'apply_patch', arguments: JSON.stringify({ [field]: patch }) }) };
}

/** The one text field of a freeform tool that became a function. */
function onlyField(declared: Record<string, unknown>): string {
  const parameters = declared['parameters'];
  const properties = isRecord(parameters) ? parameters['properties'] : undefined;
  return (isRecord(properties) ? Object.keys(properties)[0] : undefined) ?? 'input';
}

function threadTitle(prompt: string): DemoStep {
  const job = parseJob(prompt);
  const title = job ? `Create ${job.fileName}` : 'Try the demo';
  return say('A title is wanted.', JSON.stringify({ title: title.slice(0, 36) }));
}

function summary({ earlierPrompts }: Conversation): DemoStep {
  const list = earlierPrompts.map((prompt) => `- ${prompt}`).join('\n');
  return say('A summary is wanted.', `What the user asked the demo so far, oldest first:\n${list}`);
}

function call(reasoning: string, ...calls: Call[]): DemoStep {
  return { reasoning, calls };
}

function say(reasoning: string, text: string): DemoStep {
  return { reasoning, text };
}

function giveUp(what: string, why: string): DemoStep {
  return say('That did not work.', `${what}. What the system said:\n\n${why}`);
}
