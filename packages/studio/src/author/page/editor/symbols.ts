import { type Declaration, SDK_DECLARATIONS } from 'virtual:sdk-declarations';

/** A member of a class, an enumeration or a namespace. */
export interface Member {
  readonly name: string;
  readonly owner: string;
  readonly signature: string;
  readonly doc: string;
  readonly isMethod: boolean;
}

/** The name that a signature declares. */
function nameOf(signature: string): string {
  return /^(?:static |get |set |function |const |let )*([\w$]+)/.exec(signature)?.[1] ?? '';
}

/** All members of the library's exports. */
export const MEMBERS: readonly Member[] = Object.entries(SDK_DECLARATIONS).flatMap(
  ([owner, { members }]) =>
    members
      .filter(({ signature }) => !signature.startsWith('constructor'))
      .map(({ signature, doc }) => ({
        name: nameOf(signature),
        owner,
        signature,
        doc,
        isMethod: /^[\w$ ]+[(<]/.test(signature) && !signature.startsWith('get '),
      })),
);

export function declarationOf(name: string): Declaration | undefined {
  return Object.hasOwn(SDK_DECLARATIONS, name) ? SDK_DECLARATIONS[name] : undefined;
}

/** Names for types and values, in addition to the library's. */
export const BUILT_IN =
  'bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 string void Array StaticArray Map Set String Math abs min max floor ceil isNaN NaN Infinity const let class function return if else for while do break continue switch case default extends import export from new this super null true false static readonly private'.split(
    ' ',
  );

/**
 * The class of a variable, if it is written next to it: `name: Class`, `name = new Class(`, and `this` in a class that extends one.
 *
 * @param source The whole source; the nearest place before `at` counts.
 */
export function classOf(source: string, at: number, variable: string): string | undefined {
  if (declarationOf(variable) !== undefined) return variable;
  const before = source.slice(0, at);
  const name = variable.replaceAll(/[^\w]/g, '');
  if (name === '') return undefined;
  const pattern =
    name === 'this'
      ? /\bextends\s+(\w+)/g
      : new RegExp(`\\b${name}\\s*(?::\\s*(\\w+)|=\\s*new\\s+(\\w+))`, 'g');
  const [, typed, made] = [...before.matchAll(pattern)].at(-1) ?? [];
  return typed ?? made;
}

/** Members of a class, including inherited ones. */
export function membersOf(name: string): readonly Member[] {
  const own = MEMBERS.filter(({ owner }) => owner === name);
  const base = /\bextends (\w+)/.exec(declarationOf(name)?.signature ?? '')?.[1];
  return base === undefined ? own : [...own, ...membersOf(base)];
}
