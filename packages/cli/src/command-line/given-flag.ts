/** The name of the first flag that was given; undefined if there is none. */
export function givenFlag(flags: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(flags).find((name) => flags[name] !== undefined && flags[name] !== false);
}
