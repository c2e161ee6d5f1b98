import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/**
 * Finds the line of a value in a configuration, or else the line of what contains it.
 *
 * JSON is read as YAML here, of which it is a subset; an invalid text gives no line.
 *
 * @param source Text of the file.
 * @param path For example, `evaluators[0].plugin`.
 * @returns The line, counted from 1; undefined if not even the first key is found.
 */
export function lineOfPath(source: string, path: string): number | undefined {
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(source, {
      lineCounter: lines,
      logLevel: 'silent',
      prettyErrors: false,
      uniqueKeys: false,
    });
  } catch {
    return undefined;
  }
  let offset: number | undefined;
  let node: unknown = document.contents;
  let rest = path;
  for (;;) {
    if (isAlias(node)) node = node.resolve(document);
    const step = rest === '' ? undefined : stepInto(node, rest);
    if (step === undefined) break;
    offset = step.offset ?? offset;
    ({ node, rest } = step);
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

interface Step {
  readonly node: unknown;
  readonly rest: string;
  readonly offset: number | undefined;
}

function stepInto(node: unknown, rest: string): Step | undefined {
  if (isSeq(node)) {
    const [whole = '', index = ''] = /^\[(\d+)\]\.?/.exec(rest) ?? [];
    const item = whole === '' ? undefined : node.items[Number(index)];
    if (item === undefined) return undefined;
    return { node: item, rest: rest.slice(whole.length), offset: offsetOf(item) };
  }
  if (!isMap(node)) return undefined;
  let found: Step | undefined;
  let length = -1;
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    // A key, such as a model's name, may contain dots: the longest matching one is meant.
    if (name === undefined || name.length <= length || !startsWithKey(rest, name)) continue;
    length = name.length;
    found = {
      node: value,
      rest: rest.slice(name.length).replace(/^\./, ''),
      offset: offsetOf(key),
    };
  }
  return found;
}

function startsWithKey(rest: string, name: string): boolean {
  return rest.startsWith(name) && /^(?:$|\.|\[)/.test(rest.slice(name.length));
}

function offsetOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null)?.range?.[0];
}
