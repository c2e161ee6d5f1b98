/** What separates two commands on a line. */
const SEPARATORS = new Set(['|', '||', '&&', ';', '&']);

/**
 * Splits a shell block into its commands, each a list of words without quotes. Redirections, comments and assignments are left out.
 *
 * It supports only the part of the language that documentation needs: no functions, loops or here-documents.
 */
export function shellCommands(block) {
  const commands = [];
  for (const line of block.replaceAll(/\\\n\s*/g, ' ').split('\n')) {
    let words = [];
    for (const word of shellWords(line)) {
      if (SEPARATORS.has(word)) {
        commands.push(words);
        words = [];
      } else words.push(word);
    }
    commands.push(words);
  }
  return commands.map(withoutExtras).filter((words) => words.length > 0);
}

function shellWords(line) {
  const words = [];
  const pattern =
    /\s*(?:(#.*)|(\|\||&&|[|;&])|(\d?[<>]&\d|(?:'[^']*'|"(?:\\.|[^"\\])*"|\$\([^)]*\)|\\.|[^\s'"|;&\\])+))/y;
  let previous = ' ';
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    const [whole, comment, separator, word] = match;
    if (comment !== undefined && /\s$|^$/.test(previous + whole.slice(0, -comment.length))) break;
    if (separator !== undefined) words.push(separator);
    else if (word !== undefined) words.push(withoutQuotes(word));
    previous = whole.at(-1);
  }
  return words;
}

function withoutQuotes(word) {
  return word.replaceAll(/'([^']*)'|"((?:\\.|[^"\\])*)"/g, (_, single, double) => single ?? double);
}

function withoutExtras(words) {
  const kept = [];
  for (let index = 0; index < words.length; index += 1) {
    if (/^\d?>>?$|^<$/.test(words[index])) index += 1;
    else if (!/^\d?[<>]/.test(words[index])) kept.push(words[index]);
  }
  const first = kept.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return first === -1 ? [] : kept.slice(first);
}

/**
 * Checks a command line of `testbench` against the definitions of its commands.
 *
 * @returns What is wrong, or undefined.
 */
export function commandProblem(words, commands) {
  const found = commands
    .filter(({ name }) => words.slice(0, name.split(' ').length).join(' ') === name)
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (found === undefined) {
    return isHelp(words, commands)
      ? undefined
      : `there is no command "${words.slice(0, 2).join(' ')}"`;
  }
  const flags = new Map([
    ['--help', { kind: 'boolean' }],
    ['--debug', { kind: 'boolean' }],
    ['-h', { kind: 'boolean' }],
  ]);
  for (const [key, flag] of Object.entries(found.flags)) {
    flags.set(`--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, flag);
    if (flag.alias !== undefined) flags.set(`-${flag.alias}`, flag);
  }
  const args = words.slice(found.name.split(' ').length);
  let positionals = 0;
  for (let index = 0; index < args.length; index += 1) {
    const [name] = args[index].split('=', 1);
    if (!args[index].startsWith('-') || args[index] === '-') positionals += 1;
    else if (!flags.has(name)) return `"testbench ${found.name}" has no option ${name}`;
    else if (flags.get(name).kind !== 'boolean' && !args[index].includes('=')) index += 1;
  }
  const isMany = found.positionals.some((positional) => positional.isMany === true);
  const most = isMany ? Infinity : found.positionals.length;
  if (positionals > most && !args.some((arg) => arg.includes('*'))) {
    return `"testbench ${found.name}" takes ${most} arguments, not ${positionals}`;
  }
  const least = found.positionals.filter(({ isOptional }) => isOptional !== true).length;
  const asksForHelp = args.includes('--help') || args.includes('-h');
  return positionals < least && !asksForHelp
    ? `"testbench ${found.name}" needs ${least} arguments, not ${positionals}`
    : undefined;
}

function isHelp([first, ...rest], commands) {
  if (first === undefined || first === '--version' || first === '-v') return true;
  if (first === '--help' || first === 'help') return true;
  return rest.at(-1) === '--help' && commands.some(({ name }) => name.startsWith(`${first} `));
}
