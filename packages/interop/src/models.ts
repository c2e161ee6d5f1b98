import type { JsonPlace } from './json/json-place.js';

/** `openai/azure/gpt` is the provider `openai` and its model `azure/gpt`. @param tool Stands for the provider of a name without one. */
export function splitModel(name: string, tool: string): [provider: string, model: string] {
  const at = name.indexOf('/');
  const isSplit = at > 0 && at < name.length - 1;
  return isSplit ? [name.slice(0, at), name.slice(at + 1)] : [tool, name || 'unknown'];
}

/** The texts, numbers and truth values of an object. */
export function scalarsOf(place: JsonPlace): Record<string, unknown> {
  if (!place.isObject) return {};
  return Object.fromEntries(
    place.entries().flatMap(([name, { value }]) => {
      return ['string', 'number', 'boolean'].includes(typeof value) ? [[name, value]] : [];
    }),
  );
}
