// Collects the declarations of the C header, with the comments before them.
import { readFileSync } from 'node:fs';

/** After this line, the header contains its implementation; of the rest, only macros are for authors. */
const END = 'how it is done */';

/**
 * Functions, types and macros of a header, by name.
 *
 * @returns `{ signature, doc, members }` by name, in the order of the file.
 */
export function collectHeader(path) {
  const [head, tail = ''] = readFileSync(path, 'utf8').split(END);
  const entries = new Map();
  for (const { doc, text } of declarationsOf(head)) addDeclaration(entries, doc, text);
  for (const { doc, text } of declarationsOf(tail)) {
    if (text.startsWith('#define TESTBENCH_')) addDeclaration(entries, doc, text);
  }
  return entries;
}

/** Texts that begin in the first column, each with the comment immediately before it. */
function* declarationsOf(source) {
  const lines = source.split('\n');
  let doc = '';
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (line.startsWith('/**')) {
      const end = lines.findIndex((one, at) => at >= index && one.includes('*/'));
      doc = clean(lines.slice(index, end + 1).join('\n'));
      index = end;
      continue;
    }
    if (/^(?:#define|static|TB_IMPORT|typedef|enum)\b/.test(line)) {
      let text = line;
      if (/^(?:typedef|enum)/.test(line)) {
        while (!/\} ?\w*;$/.test(text)) text += `\n${lines[(index += 1)]}`;
      }
      yield { doc, text };
    }
    doc = '';
  }
}

function addDeclaration(entries, doc, text) {
  const macro = /^#define ((TB|TESTBENCH_\w+)\([^)]*\))/.exec(text);
  const fn = /^(?:static|TB_IMPORT\(\w+\)) ([^(]*?\b(\w+)\([^)]*\))/.exec(text);
  const type = /^typedef (?:struct|enum) (\w+) \{([^]*)\} ?\w+;$/.exec(text);
  const values = /^enum \{([^}]*)\};$/.exec(text);
  if (macro !== null) entries.set(macro[2], { signature: macro[1], doc, members: [] });
  // Names that begin with tb_host_ are for the header itself.
  else if (fn !== null && !fn[2].startsWith('tb_host_')) {
    entries.set(fn[2], { signature: fn[1].replace('extern ', ''), doc, members: [] });
  } else if (type !== null) {
    const members = text.startsWith('typedef struct') ? fields(type[2]) : names(type[2]);
    const [kind] = /struct|enum/.exec(text);
    entries.set(type[1], { signature: `${kind} ${type[1]}`, doc, members });
  } else if (values !== null) {
    const members = names(values[1]);
    entries.set(members[0].signature.split(' ')[0], { signature: 'enum', doc, members });
  }
}

function fields(body) {
  const members = [];
  let doc = '';
  for (const part of body.split(/(\/\*\*[^]*?\*\/)|;/)) {
    if (part === undefined || part.trim() === '') continue;
    if (part.startsWith('/**')) doc = clean(part);
    else {
      members.push({ signature: part.trim(), doc });
      doc = '';
    }
  }
  return members;
}

function names(body) {
  const found = body.split(',').map((one) => one.trim());
  return found.filter((one) => one !== '').map((one) => ({ signature: one, doc: '' }));
}

function clean(comment) {
  const text = comment.replace(/^\/\*\*/, '').replace(/\*\/[^]*$/, '');
  const lines = text.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trim());
  return lines
    .join('\n')
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll('\n', ' '))
    .join('\n\n');
}
