/** A simple tag of promptfoo's templates: a variable, with or without a path below it. */
const TAG = /\{\{-?\s*([A-Za-z_][\w]*(?:\.[A-Za-z_]\w*|\[\d+\])*)\s*-?\}\}/g;
/** Filters that change nothing for a text. */
const HARMLESS = /\{\{-?\s*([A-Za-z_][\w.]*)\s*\|\s*(?:safe|string)\s*-?\}\}/g;

/** Field of a record that has the variables of its test. */
export const VARS = 'vars';

/**
 * A template of promptfoo as one of ours.
 *
 * @returns Undefined if it has more than variables: filters, conditions, loops and expressions are programs of another language.
 */
export function convertTemplate(template: string): string | undefined {
  const plain = template
    .replaceAll(/\{\{-?\s*env\.[^}]*\}\}/g, '{% env %}')
    .replaceAll(HARMLESS, '{{$1}}')
    .replaceAll(TAG, (_, path: string) => `{{${VARS}.${path.replaceAll(/\[(\d+)\]/g, '.$1')}}}`);
  const rest = plain.replaceAll(/\{\{vars\.[\w.]+\}\}/g, '');
  return /\{\{|\}\}|\{%|\{#/.test(rest) ? undefined : plain;
}

/** Fills variables into a text that belongs to one test. @returns Undefined if it has more than variables, or one that is not there. */
export function fillTemplate(
  template: string,
  vars: Readonly<Record<string, unknown>>,
): string | undefined {
  if (!template.includes('{{') && !template.includes('{%')) return template;
  const plain = template.replaceAll(HARMLESS, '{{$1}}');
  // What is left is a program; values may have anything in them.
  if (/\{\{|\{%|\{#/.test(plain.replaceAll(TAG, ''))) return undefined;
  let isWhole = true;
  const filled = plain.replaceAll(TAG, (_, path: string) => {
    const value = path
      .replaceAll(/\[(\d+)\]/g, '.$1')
      .split('.')
      .reduce<unknown>((at, key) => {
        const isObject = typeof at === 'object' && at !== null;
        return isObject && Object.hasOwn(at, key)
          ? (at as Record<string, unknown>)[key]
          : undefined;
      }, vars);
    if (value === undefined) isWhole = false;
    return typeof value === 'string' ? value : JSON.stringify(value ?? '');
  });
  return isWhole ? filled : undefined;
}
