import { MAX_NAME_LENGTH } from '../limits.js';
import type { FunctionSignature } from './exports.js';
import { HOST_FUNCTION_TABLE, type HostParameter, NETWORK_FUNCTIONS } from './host-functions.js';

/** Name of a function that a host offers in addition to those of the contract, such as `mine.lookup`: import module, dot, name. */
export type CustomFunctionName = `${string}.${string}`;

/** The parameters of a custom host function: JSON in, and a buffer for the JSON that comes out. */
export const CUSTOM_FUNCTION_PARAMETERS: readonly HostParameter[] = ['in', 'out'];

/** Type of every custom host function: pointer and length of the input, pointer and size of the buffer. */
export const CUSTOM_FUNCTION_SIGNATURE: FunctionSignature = {
  params: ['i32', 'i32', 'i32', 'i32'],
  results: ['i32'],
};

const FORM = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/;

/** Functions for guests of Extism's protocol, which import them from this module under any identifier. */
const EXTISM_FORM = /^(extism:host\/user)\.([A-Za-z_][A-Za-z0-9_]*)$/;

/** First parts of a name that are reserved, now or later: for the contract, WASI, this project, other systems. */
const RESERVED = /^(?:env$|wasi|testbench|extism)/;

/** Where a guest imports a custom host function from. */
export interface CustomImport {
  readonly module: string;
  readonly name: string;
}

/**
 * Splits the name of a custom host function at its last dot, into the module and name that a guest imports.
 *
 * @returns Module and name, or a string that says what is wrong with the name.
 *
 * @example
 * ```ts
 * import { parseCustomFunctionName } from '@testbench/types/abi';
 *
 * parseCustomFunctionName('mine.lookup'); // => { module: 'mine', name: 'lookup' }
 * parseCustomFunctionName('lookup'); // => 'expected two or more names with dots between them, such as "mine.lookup", in lower case'
 * ```
 */
export function parseCustomFunctionName(text: string): CustomImport | string {
  if (text.length > MAX_NAME_LENGTH) return `it is longer than ${MAX_NAME_LENGTH} characters`;
  const [, user, own] = EXTISM_FORM.exec(text) ?? [];
  if (user !== undefined && own !== undefined) return { module: user, name: own };
  if (!FORM.test(text)) {
    return 'expected two or more names with dots between them, such as "mine.lookup", in lower case';
  }
  const dot = text.lastIndexOf('.');
  const module = text.slice(0, dot);
  const [first = ''] = text.split('.');
  if (RESERVED.test(first)) return `names that begin with "${first}" are reserved`;
  return { module, name: text.slice(dot + 1) };
}

/** True for the name of a custom host function as an effect: no function of the contract has a dot in its name. */
export function isCustomFunctionName(name: string): name is CustomFunctionName {
  return name.includes('.') && !Object.hasOwn(HOST_FUNCTION_TABLE, name);
}

/** True for a function that reaches beyond the host and may be slow: a server, or a custom host function. */
export function asksOthers(name: string): boolean {
  return NETWORK_FUNCTIONS.has(name) || name.includes('.');
}
