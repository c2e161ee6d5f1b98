import { basename, extname } from 'node:path';

import type { JsonPlace } from '../json/json-place.js';
import { ImportError } from '../errors.js';
import { parseJson } from '../json/parse-json.js';
import { ConfigFiles } from './config-files.js';
import type { Findings } from './findings.js';
import { parseYaml } from './parse-yaml.js';
import { convertTemplate } from './templates.js';

/** A prompt of our configuration. */
export interface ConvertedPrompt {
  readonly name: string;
  readonly template?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
}

const FILE = /\.(?:txt|md|json|jsonl|ya?ml|j2|csv|tsv)$/;
/** Between several prompts of one file. */
const SEPARATOR = /^---+\s*$/m;

/** The prompts of a configuration. */
export async function convertPrompts(
  list: JsonPlace,
  files: ConfigFiles,
  findings: Findings,
): Promise<ConvertedPrompt[]> {
  const entries = list.isList ? list.list() : list.isMissing ? [] : [list];
  const prompts: ConvertedPrompt[] = [];
  const names = new Set<string>();
  const add = (text: string, given: string | undefined, place: string): void => {
    const content = contentOf(text);
    if ('advice' in content) {
      findings.add(place, content.what, content.advice);
      return;
    }
    const base = given ?? `prompt-${prompts.length + 1}`;
    let name = base;
    for (let n = 2; names.has(name); n += 1) name = `${base}-${n}`;
    names.add(name);
    prompts.push({ name, ...content });
  };
  for (const entry of entries) {
    const label = entry.isObject
      ? (entry.at('label').text() ?? entry.at('display').text())
      : undefined;
    const text = entry.isObject ? (entry.at('raw').text() ?? entry.at('id').text()) : entry.text();
    if (text === undefined) {
      findings.add(entry.place, 'a prompt without a text', 'write its text');
      continue;
    }
    // "Explain node.js" is no file.
    const isCode = ConfigFiles.isCode(text) && (text.startsWith('file://') || !/\s/.test(text));
    if (isCode || text.startsWith('exec:')) {
      findings.add(
        entry.place,
        `the prompt ${JSON.stringify(text.slice(0, 80))}`,
        'it is code, and an import never runs code: write the prompt as a template (docs/guides/prompts.md)',
      );
      continue;
    }
    const isFile =
      text.startsWith('file://') ||
      (!text.includes('\n') && !text.includes('{') && FILE.test(text));
    if (!isFile) {
      add(text, label, entry.place);
      continue;
    }
    for (const file of await findOrTell(files, text, entry, findings)) {
      const name = label ?? basename(file, extname(file));
      if (/^\.[ct]sv$/.test(extname(file))) {
        for (const { text: part, label: own } of promptsOf(await files.table(file))) {
          add(part, own ?? name, entry.place);
        }
        continue;
      }
      const content = await files.text(file);
      const parts = extname(file) === '.json' ? [content] : splitFile(content, file);
      for (const part of parts) add(part, name, entry.place);
    }
  }
  return prompts;
}

/** Files of a reference; one that is missing or outside is told, and the rest goes on. */
export async function findOrTell(
  files: ConfigFiles,
  reference: string,
  { place }: JsonPlace,
  findings: Findings,
): Promise<string[]> {
  try {
    return await files.find(reference);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    findings.add(place, `the file ${JSON.stringify(reference.slice(0, 200))}`, error.message);
    return [];
  }
}

function splitFile(text: string, file: string): string[] {
  const parts = extname(file) === '.jsonl' ? text.split('\n') : text.split(SEPARATOR);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** The prompts of a table: its column `prompt`, or its only column, whose first prompt then is the name of it. */
function promptsOf(
  rows: readonly Readonly<Record<string, string>>[],
): { text: string; label?: string }[] {
  const columns = Object.keys(rows[0] ?? {});
  const column = columns.includes('prompt') ? 'prompt' : columns[0];
  const isOnly = column !== 'prompt' && column !== undefined;
  return [
    ...(isOnly ? [{ text: column }] : []),
    ...rows.flatMap(({ label, ...row }) => {
      const text = row[column ?? '']?.trim() ?? '';
      if (text === '') return [];
      return [label === undefined || label === '' ? { text } : { text, label }];
    }),
  ];
}

/** Why a prompt cannot be taken. */
interface RefusedPrompt {
  readonly what: string;
  readonly advice: string;
}

const PROGRAM: RefusedPrompt = {
  what: 'a prompt with more than variables',
  advice:
    'filters, conditions and loops of nunjucks, and variables of the environment, are left to you: write the prompt with the template language here (docs/guides/prompts.md)',
};
const OTHER_MESSAGES: RefusedPrompt = {
  what: 'a conversation with more than texts',
  advice:
    'pictures and calls of tools are left to you: write the messages into `prompts` (docs/guides/conversations.md, docs/guides/attachments.md)',
};

/** A template, or a conversation of templates. */
function contentOf(text: string): Omit<ConvertedPrompt, 'name'> | RefusedPrompt {
  const messages = messagesOf(text);
  if (messages === undefined) {
    const template = convertTemplate(text);
    return template === undefined || template === '' ? PROGRAM : { template };
  }
  const converted = messages.flatMap((message) => {
    const { role, content } = message;
    const isText = typeof role === 'string' && typeof content === 'string';
    return isText ? [{ role, content: convertTemplate(content) }] : [];
  });
  if (converted.length < messages.length) return OTHER_MESSAGES;
  if (converted.some(({ content }) => content === undefined)) return PROGRAM;
  return { messages: converted as { role: string; content: string }[] };
}

/** Messages in JSON or YAML; undefined for any other text. A variable that stands for a JSON text of its own is put between quotation marks. */
function messagesOf(text: string): { role?: unknown; content?: unknown }[] | undefined {
  const isYaml = /^\s*- role:/.test(text);
  if (!isYaml && !/^\s*\[/.test(text)) return undefined;
  const quoted = text.replaceAll(/(?<!")(\{\{-?\s*[\w.]+\s*)\|\s*dump\s*(-?\}\})(?!")/g, '"$1$2"');
  try {
    const { value } = isYaml ? parseYaml(text, 'prompt') : parseJson(quoted, 'prompt');
    const isMessage = (each: unknown): boolean =>
      typeof each === 'object' && each !== null && 'role' in each;
    return Array.isArray(value) && value.length > 0 && value.every(isMessage)
      ? (value as { role?: unknown; content?: unknown }[])
      : undefined;
  } catch (error) {
    if (error instanceof ImportError) return undefined;
    throw error;
  }
}
