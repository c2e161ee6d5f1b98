import { posix } from 'node:path';

/** A script instead of a plugin, as a configuration refers to it after reading. */
export interface ScriptReference {
  /** Absolute path of the script; for inline text, the folder of the configuration. */
  readonly path: string;
  /** An expression that is the script. */
  readonly inline?: string;
  /** Name of a script that `@testbench/script` provides, instead of a file. */
  readonly shipped?: string;
  /** Language of `inline`, or of a script that is shipped. */
  readonly language?: string;
}

const PREFIX = 'script:';
/** Maximum number of characters in a column's name. */
const MAX_NAME_LENGTH = 40;

/** Writes a reference as one text, which may be used as `plugin`. */
export function formatScript({ path, ...inline }: ScriptReference): string {
  return PREFIX + (inline.inline === undefined ? path : JSON.stringify({ ...inline, path }));
}

/** Reads such a text; undefined for any other reference. */
export function parseScript(reference: string): ScriptReference | undefined {
  if (!reference.startsWith(PREFIX)) return undefined;
  const rest = reference.slice(PREFIX.length);
  if (!rest.startsWith('{')) return { path: rest };
  return JSON.parse(rest) as ScriptReference;
}

/** The name of a stage without a configured name: the file's name, or the expression. */
export function scriptName({ path, inline }: ScriptReference): string {
  if (inline !== undefined) {
    const short = inline.trim().replace(/\s+/g, ' ');
    return short.length > MAX_NAME_LENGTH ? `${short.slice(0, MAX_NAME_LENGTH - 1)}…` : short;
  }
  const file = posix.basename(path.replaceAll('\\', '/'));
  return file.replace(/\.[^.]+$/, '');
}
