// Collects the public items of the Rust crate, with the `///` lines before them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Modules whose items are public under their own name; items of other modules are re-exported. */
const MODULES = new Set(['ask', 'host', 'http']);
const HIDDEN = new Set(['PluginCell']);

/**
 * Functions, types, traits and macros of a crate, by path: `Json`, `http::send`.
 *
 * @param folder `src` of the crate.
 * @returns `{ signature, doc, members }` by path.
 */
export function collectCrate(folder) {
  const entries = new Map();
  for (const file of readdirSync(folder).toSorted()) {
    const name = file.replace(/\.rs$/, '');
    const prefix = MODULES.has(name) ? `${name}::` : '';
    // What the module does inside and outside WebAssembly.
    const text = readFileSync(join(folder, file), 'utf8').split(
      '#[cfg(target_arch = "wasm32")]\npub(crate) mod raw',
    )[0];
    collectFile(text, prefix, entries);
  }
  return entries;
}

function collectFile(text, prefix, entries) {
  let doc = [];
  /** The type whose body, or whose `impl`, the lines are in. */
  let owner;
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    const comment = /^\s*\/\/\/ ?(.*)$/.exec(line);
    if (comment !== null) {
      doc.push(comment[1]);
      continue;
    }
    // An attribute between a comment and its item.
    if (/^\s*#\[/.test(line)) continue;
    const item = /^pub (struct|enum|trait|fn) (\w+)/.exec(line);
    const macro = /^macro_rules! (\w+)/.exec(line);
    const impl = /^impl(?:<[^>]*>)? (\w+)(?:<[^>]*>)? \{/.exec(line);
    if (item !== null && !HIDDEN.has(item[2])) {
      const entry = {
        signature: signature(lines, index),
        doc: prose(doc),
        members: [],
        kind: item[1],
      };
      entries.set(prefix + item[2], entry);
      owner = line.endsWith('{') && item[1] !== 'fn' ? entry : undefined;
    } else if (macro !== null) {
      entries.set(`${macro[1]}!`, {
        signature: `${macro[1]}!(Type)`,
        doc: prose(doc),
        members: [],
      });
      owner = undefined;
    } else if (impl !== null) {
      owner = entries.get(prefix + impl[1]);
    } else if (line.startsWith('}')) {
      owner = undefined;
    } else if (owner !== undefined && isMember(line, owner)) {
      owner.members.push({ signature: signature(lines, index), doc: prose(doc) });
    }
    if (line.trim() !== '') doc = [];
  }
}

function isMember(line, { kind }) {
  if (/^ {4}pub /.test(line)) return true;
  if (kind === 'trait') return /^ {4}(?:fn|const) /.test(line);
  return kind === 'enum' && /^ {4}[A-Z]\w*[,(]/.test(line);
}

/** Up to the body, on one line. */
function signature(lines, index) {
  let text = lines[index].trim();
  for (let next = index + 1; !/[{;,]$/.test(text) && next < lines.length; next += 1)
    text += ` ${lines[next].trim()}`;
  return text
    .replace(/^pub /, '')
    .replace(/\s*[{;,]$/, '')
    .replace(/\s*\{.*$/, '');
}

/** The text before the first example. */
function prose(lines) {
  const end = lines.findIndex((line) => line.startsWith('```'));
  return lines
    .slice(0, end === -1 ? undefined : end)
    .join('\n')
    .trim()
    .replaceAll(/\[(`[^`]*`)\]/g, '$1')
    .replaceAll(/(\S)\n(\S)/g, '$1 $2');
}
