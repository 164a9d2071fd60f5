/** A word of ours that stands before codex's arguments. */
export interface OwnWord {
  /** `--provider`, `setup`. */
  word: string;
  description: string;
  /** An option whose value follows. */
  takesValue: boolean;
}

/**
 * Turns a completion script of codex into one for `codex-glm`, with our words added to codex's own. The shell is known by
 * the script's look: what clap_complete generates (codex 0.107 to 0.169). Any other text comes back as it is. Both
 * scripts can be loaded at once. Pure.
 */
export function bindCompletion(script: string, own: readonly OwnWord[]): string {
  return binders.find(({ looksSo }) => looksSo.test(script))?.bind(script, own) ?? script;
}

interface Binder {
  looksSo: RegExp;
  bind(script: string, own: readonly OwnWord[]): string;
}

const command = 'codex-glm';

const bash: Binder = {
  looksSo: /^ +complete -F _codex .*codex$/m,
  bind: (script, own) =>
    script
      .replace(/^_codex\(\)/m, '_codex_glm()')
      .replace(/^( +complete -F )_codex (.*) codex$/gm, `$1_codex_glm $2 ${command}`)
      .replace(/^( {8}codex\)\n +opts=")/m, (start) => `${start}${own.map(({ word }) => word).join(' ')} `),
};

const zsh: Binder = {
  looksSo: /^#compdef codex$/m,
  bind: (script, own) => {
    const options = own.filter(({ word }) => word.startsWith('-'));
    const commands = own.filter(({ word }) => !word.startsWith('-'));
    return script
      .replace('#compdef codex', `#compdef ${command}`)
      .replace(/compdef _codex codex$/m, `compdef _codex ${command}`)
      .replace(/^ +_arguments .* : \\\n/m, (start) => start + options.map(zshOption).join(''))
      .replace(
        /^_codex_commands\(\) \{\n +local commands; commands=\(\n/m,
        (start) => start + commands.map(zshCommand).join(''),
      )
      .replace(/\b_codex(?=_|\b)/g, '_codex_glm');
  },
};

const fish: Binder = {
  looksSo: /^complete -c codex /m,
  bind: (script, own) => {
    const needsCommand = '-n "__fish_codex_glm_needs_command"';
    const lines = own.map(({ word, description, takesValue }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}${takesValue ? ' -r' : ''}` : `-f -a "${word}"`;
      return `complete -c ${command} ${needsCommand} ${what} -d ${quoted(description, "\\'")}\n`;
    });
    // argparse refuses what it does not know.
    const options = own.filter(({ word }) => word.startsWith('--'));
    const optspecs = options.map(({ word, takesValue }) => `${word.slice(2)}${takesValue ? '=' : ''} `).join('');
    const bound = script
      .replace(/^(complete -c )codex /gm, `$1${command} `)
      .replaceAll('__fish_codex_', '__fish_codex_glm_')
      .replace('string join \\n ', `string join \\n ${optspecs}`);
    return `${bound.trimEnd()}\n${lines.join('')}`;
  },
};

const elvish: Binder = {
  looksSo: /arg-completer\[codex\]/,
  bind: (script, own) =>
    script
      .replace('arg-completer[codex]', `arg-completer[${command}]`)
      .replace(/^ +&'codex'= \{\n/m, (start) => start + own.map(elvishCandidate).join('')),
};

const powershell: Binder = {
  looksSo: /Register-ArgumentCompleter -Native -CommandName 'codex'/,
  bind: (script, own) =>
    script
      .replace("-CommandName 'codex'", `-CommandName '${command}'`)
      .replace(/^ +'codex' \{\n/m, (start) => start + own.map(powershellResult).join('')),
};

const binders: readonly Binder[] = [bash, zsh, fish, elvish, powershell];

function zshOption({ word, description, takesValue }: OwnWord): string {
  // `]`, `:` and a quote would end the text
  const text = description.replace(/[[\]:]/g, '\\$&');
  return `${quoted(`${word}${takesValue ? '=' : ''}[${text}]${takesValue ? ':value:_default' : ''}`, `'\\''`)} \\\n`;
}

function zshCommand({ word, description }: OwnWord): string {
  return `${quoted(`${word}:${description}`, `'\\''`)} \\\n`;
}

function elvishCandidate({ word, description }: OwnWord): string {
  return `            cand ${word} ${quoted(description, "''")}\n`;
}

function powershellResult({ word, description }: OwnWord): string {
  const kind = word.startsWith('-') ? 'ParameterName' : 'ParameterValue';
  return `            [CompletionResult]::new('${word}', '${word}', [CompletionResultType]::${kind}, ${quoted(description, "''")})\n`;
}

function quoted(text: string, quote: string): string {
  return `'${text.replaceAll("'", () => quote)}'`;
}
