import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { ConfigError } from '@testbench/types/errors';

import { MAX_ENV_FILE_BYTES } from '../limits.js';

/** A line that sets a variable: its name, and the start of its value. */
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/;
const QUOTES = new Set(['"', "'", '`']);
const REST = /^\s*(?:#.*)?$/;
/** Permission bits that let the group or others write. */
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Reads the variables of an `.env` file: lines `NAME=value`, with quotes around values that have blanks, several lines or `#`, and comments. The
 * environment of the process is neither read nor changed.
 *
 * No message contains a value, or a line that may hold one.
 *
 * @param file Path of the file.
 * @param path Path of the option that names it, for errors.
 * @throws {ConfigError} `CONFIG_INVALID` if the file cannot be read, is a link, no plain file, over 64 KiB, not UTF-8, belongs to another user, can be
 *   changed by others, has a line that sets nothing, or sets a variable twice.
 */
export function readEnvFile(file: string, path: string): Readonly<Record<string, string>> {
  const refuse = (state: string): never => {
    throw new ConfigError('CONFIG_INVALID', path, `Cannot read "${file}": ${state}`);
  };
  const text = readText(file, refuse);
  checkLines(text.split(/\r?\n/), refuse);
  return { ...parseEnv(text) } as Record<string, string>;
}

type Refuse = (state: string) => never;

function readText(file: string, refuse: Refuse): string {
  let handle: number;
  try {
    // A link could lead to any file of the host, and opening a pipe would wait. Windows lacks both flags.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    handle = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return refuse('no such file; create it, or leave "envFile" out');
    return refuse(code === 'ELOOP' ? 'it is a symbolic link; name the file itself' : String(code));
  }
  try {
    checkOwner(handle, refuse);
    return decode(readCapped(handle, refuse), refuse);
  } finally {
    closeSync(handle);
  }
}

/** Another user who can change the file decides which keys are sent, and to whose account. */
function checkOwner(handle: number, refuse: Refuse): void {
  const stats = fstatSync(handle);
  if (!stats.isFile()) refuse('it is not a file');
  const user = process.getuid?.();
  // On Windows neither has a meaning.
  if (user === undefined) return;
  if (stats.uid !== user && stats.uid !== 0) refuse('it belongs to another user');
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    refuse('others may change it; run "chmod go-w" on it');
  }
}

function readCapped(handle: number, refuse: Refuse): Uint8Array {
  const bytes = new Uint8Array(MAX_ENV_FILE_BYTES + 1);
  let length = 0;
  for (;;) {
    const read = readSync(handle, bytes, length, bytes.length - length, null);
    length += read;
    if (length > MAX_ENV_FILE_BYTES) refuse(`it is over ${MAX_ENV_FILE_BYTES} bytes`);
    if (read === 0) return bytes.subarray(0, length);
  }
}

function decode(bytes: Uint8Array, refuse: Refuse): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? refuse('it has a NUL character') : text;
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    return refuse('it is not UTF-8');
  }
}

/** The parser ignores what it does not understand: a key that is then missing would be looked for in vain. */
function checkLines(lines: readonly string[], refuse: Refuse): void {
  const set = new Map<string, number>();
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!;
    if (REST.test(line)) continue;
    const place = `line ${index + 1}`;
    const [, name, value] = ASSIGNMENT.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      return refuse(`${place} is neither NAME=value nor a comment`);
    }
    const before = set.get(name);
    if (before !== undefined) refuse(`${place} sets "${name}" again, after line ${before}`);
    set.set(name, index + 1);
    index = endOfValue(lines, index, value, place, refuse);
  }
}

/** The number of the line on which a value ends: one in quotes may have several. */
function endOfValue(
  lines: readonly string[],
  first: number,
  value: string,
  place: string,
  refuse: Refuse,
): number {
  const quote = value.charAt(0);
  if (!QUOTES.has(quote)) return first;
  let rest = value.slice(1);
  for (let index = first; ; index += 1) {
    const end = rest.indexOf(quote);
    if (end !== -1) {
      return REST.test(rest.slice(end + 1)) ? index : refuse(`${place} has text after its quotes`);
    }
    if (index + 1 >= lines.length) return refuse(`the quotes of ${place} have no end`);
    rest = lines[index + 1]!;
  }
}
