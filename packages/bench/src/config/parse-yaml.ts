import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';

import { MAX_YAML_REFERENCES } from './limits.js';

/** The tags whose values exist in JSON too; the library knows others, such as dates and bytes. */
const JSON_TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** An error in a YAML text, with its line. */
export class YamlError extends Error {
  override readonly name = 'YamlError';

  constructor(
    state: string,
    readonly line: number | undefined,
    options?: ErrorOptions,
  ) {
    super(line === undefined ? state : `${state} at line ${line}`, options);
  }
}

/**
 * Parses one YAML 1.2 document into plain values, in time that grows only with its length.
 *
 * Rejects what would be silently lost or changed: unknown tags, unknown directives, duplicate keys,
 * a list or map as a key, and numbers that JSON does not have.
 *
 * @throws {YamlError} With the line.
 */
export function parseYaml(text: string): unknown {
  const lines = new LineCounter();
  const fail: Fail = (state, offset, cause) => {
    const line = offset === undefined ? undefined : lines.linePos(offset).line;
    throw new YamlError(state, line, { cause });
  };
  try {
    // Both are quadratic in the library: its check for equal keys, and its source excerpts below each message.
    const document = parseDocument(text, {
      lineCounter: lines,
      logLevel: 'error',
      prettyErrors: false,
      uniqueKeys: false,
    });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) fail(inWords(problem.message), problem.pos[0], problem);
    checkNodes(document, fail);
    return document.toJS();
  } catch (cause) {
    if (cause instanceof YamlError) throw cause;
    // For example, an alias without an anchor, or aliases that multiply without limit.
    return fail(inWords((cause as Error).message), undefined, cause);
  }
}

function checkNodes(document: Document, fail: Fail): void {
  let references = 0;
  visit(document, {
    Node(_, node) {
      const offset = node.range?.[0];
      const tag = isAlias(node) ? undefined : node.tag;
      if (tag !== undefined && !JSON_TAGS.has(tag)) fail(`a value with the tag ${tag}`, offset);
      if (isAlias(node) || node.anchor !== undefined) references += 1;
      if (references > MAX_YAML_REFERENCES) {
        fail(`more than ${MAX_YAML_REFERENCES} anchors and aliases`, offset);
      }
      if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) {
        fail(`the number ${node.source ?? node.value} is not finite`, offset);
      }
      if (isMap(node)) checkKeys(node, fail);
    },
  });
}

function checkKeys(map: YAMLMap, fail: Fail): void {
  const names = new Set<string>();
  for (const { key } of map.items) {
    const name = nameOf(key);
    if (name === undefined) return fail('a key that is no text', map.range?.[0]);
    if (names.has(name)) {
      const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
      fail(`the key ${JSON.stringify(shown)} is there twice`, (key as Scalar).range?.[0]);
    }
    names.add(name);
  }
}

/** What a key becomes in JavaScript; undefined for a list, a map or an alias. */
function nameOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const { value } = key;
  if (typeof value === 'string') return value;
  if (value === null) return '';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Throws, with the line of an offset if there is one. */
type Fail = (state: string, offset?: number, cause?: unknown) => never;

/** The library's message on one line; if its recursion overflows, the engine's message. */
function inWords(message: string): string {
  if (message.startsWith('Maximum call stack')) return 'it nests too deeply';
  const [first = ''] = message.split('\n');
  const short = first.length > 200 ? `${first.slice(0, 200)}…` : first;
  return short.replace(/:$/, '');
}
