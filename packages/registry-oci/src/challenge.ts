/** A registry's request for authentication. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** A longer header, in characters, is not read: no registry sends that much. */
const MAX_LENGTH = 4096;
const SCHEME = /\s*,?\s*([A-Za-z][\w-]*)(?=\s|,|$)/y;
const PARAMETER = /\s*,?\s*([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y;

/**
 * Reads the challenges of a `WWW-Authenticate` header.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  if (header.length > MAX_LENGTH) return challenges;
  let place = 0;
  while (place < header.length) {
    PARAMETER.lastIndex = place;
    const parameter = PARAMETER.exec(header);
    const current = challenges.at(-1);
    if (parameter !== null && current !== undefined) {
      const [, name = '', quoted, plain = ''] = parameter;
      const key = name.toLowerCase();
      // The first one counts: another reader might use the second, which could differ.
      if (!current.parameters.has(key)) {
        current.parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain);
      }
      place = PARAMETER.lastIndex;
      continue;
    }
    SCHEME.lastIndex = place;
    const scheme = SCHEME.exec(header);
    if (scheme === null) break;
    challenges.push({ scheme: scheme[1]!.toLowerCase(), parameters: new Map() });
    place = SCHEME.lastIndex;
  }
  return challenges;
}
