/** A flag of a command, as help and completion show it, and how its value is read. */
export interface Flag<Value> {
  readonly kind: 'text' | 'texts' | 'boolean';
  readonly brief: string;
  /** Placeholder for the value in help, such as `file`. */
  readonly placeholder?: string;
  /** A single letter. */
  readonly alias?: string;
  /** The command requires it. */
  readonly isRequired?: true;
  /** What completion offers. */
  readonly choices?: readonly string[];
  /** @returns What is wrong with the value, in words that follow "is"; undefined if nothing is. */
  readonly problem?: (text: string) => string | undefined;
  /** The value of a valid text. */
  readonly read: (text: string) => Value;
}

/** The flags of a command by name, in camel case; on the command line they are in kebab case. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values that a command receives for its flags. */
export type FlagValues<F extends Flags> = {
  readonly [Name in keyof F]: F[Name] extends { readonly kind: 'boolean' }
    ? boolean
    : F[Name] extends { readonly kind: 'texts' }
      ? readonly string[] | undefined
      : F[Name] extends { readonly isRequired: true } & Flag<infer Value>
        ? Value
        : F[Name] extends Flag<infer Value>
          ? Value | undefined
          : never;
};

/** On or off. */
export function flag(brief: string, alias?: string): Flag<boolean> & { readonly kind: 'boolean' } {
  return { kind: 'boolean', brief, ...(alias !== undefined && { alias }), read: () => true };
}

/** One non-empty text: as a path, an empty one would mean the current folder. */
export function text(placeholder: string, brief: string): Flag<string> & { readonly kind: 'text' } {
  return { kind: 'text', brief, placeholder, read: (value) => value };
}

/** A required text. */
export function requiredText(
  placeholder: string,
  brief: string,
): Flag<string> & { readonly kind: 'text'; readonly isRequired: true } {
  return { ...text(placeholder, brief), isRequired: true };
}

/** Any number of texts. */
export function texts(
  placeholder: string,
  brief: string,
): Flag<string> & { readonly kind: 'texts' } {
  return { ...text(placeholder, brief), kind: 'texts' };
}

/** One of several words. */
export function choice<const Choice extends string>(
  choices: readonly Choice[],
  brief: string,
): Flag<Choice> & { readonly kind: 'text' } {
  return {
    kind: 'text',
    brief,
    placeholder: choices.join('|'),
    choices,
    problem: (value) =>
      choices.includes(value as Choice) ? undefined : `expected ${choices.join(', ')}`,
    read: (value) => value as Choice,
  };
}

/** A whole number of at least `minimum`, in decimal digits. */
export function wholeNumber(
  minimum: number,
  brief: string,
): Flag<number> & { readonly kind: 'text' } {
  return {
    kind: 'text',
    brief,
    placeholder: 'n',
    problem: (value) =>
      /^\d+$/.test(value) && Number.isSafeInteger(Number(value)) && Number(value) >= minimum
        ? undefined
        : `expected a whole number from ${minimum}`,
    read: Number,
  };
}

/** A number within a range, ends included, in decimal digits. */
export function decimal(
  minimum: number,
  maximum: number,
  brief: string,
): Flag<number> & { readonly kind: 'text' } {
  return {
    kind: 'text',
    brief,
    placeholder: 'number',
    problem: (value) =>
      /^-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?$/i.test(value) &&
      Number(value) >= minimum &&
      Number(value) <= maximum
        ? undefined
        : `expected a number from ${minimum} to ${maximum}`,
    read: Number,
  };
}
