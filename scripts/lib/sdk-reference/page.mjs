// A page of the reference: handwritten sections, each with an example, and lists of names, after which their documentation is inserted.
import { blocksOf, hasNoMark } from '../blocks/read-blocks.mjs';

const LIST = /<!-- reference: ([^>]*?) -->\n[^]*?<!-- end -->/g;

/** Inserts the documentation of each name in a list after that list. */
export function fillPage(text, entries) {
  return text.replaceAll(LIST, (_, names) => {
    const parts = namesOf(names).map((name) => {
      const entry = entries.get(name);
      return entry === undefined ? '' : renderEntry(name, entry, entries);
    });
    return `<!-- reference: ${names} -->\n\n${parts.filter((part) => part !== '').join('\n\n')}\n\n<!-- end -->`;
  });
}

/** What a page lacks: names without a place, a docstring or an example, and places for names that do not exist. */
export function problemsOf(text, entries, fence) {
  const problems = [];
  const listed = new Set();
  // A section is everything between two headings of the second level.
  for (const section of text.split(/^(?=## )/m)) {
    const code = blocksOf('section', section)
      .filter(({ language, attributes }) => language === fence && hasNoMark(attributes))
      .map((block) => block.code)
      .join('\n');
    for (const [, names] of section.matchAll(LIST)) {
      for (const name of namesOf(names)) {
        if (!entries.has(name)) problems.push(`there is no ${name}`);
        if (listed.has(name)) problems.push(`${name} is listed twice`);
        listed.add(name);
        const word = name.replace(/^.*::|!$/g, '');
        if (isUsable(entries.get(name)) && !new RegExp(`\\b${word}\\b`).test(code)) {
          problems.push(`${name} is in no example of its section`);
        }
      }
    }
  }
  for (const [name, entry] of entries) {
    if (!listed.has(name)) problems.push(`${name} is listed nowhere`);
    if (entry.doc === '') problems.push(`${name} has no docstring`);
    for (const { signature, doc } of withInherited(entry, entries)) {
      if (doc === '' && isFunction(signature))
        problems.push(`${name}: ${signature} has no docstring`);
    }
  }
  return problems;
}

const namesOf = (names) => names.split(/,\s*/).filter((name) => name !== '');
/** Types are used by the functions that take them. */
const isUsable = (entry) =>
  entry !== undefined &&
  entry.isGiven !== true &&
  !/^(?:interface|type|struct|enum) /.test(entry.signature);
const isFunction = (signature) =>
  /\(/.test(signature) && !/^(?:constructor|\w+\??:|[A-Z]\w*\()/.test(signature);

/** The members, with the docstring of the class member that they override. */
function withInherited(entry, entries) {
  const [, base] = / extends (\w+)/.exec(entry.signature) ?? [];
  return entry.members.map((member) => {
    if (member.doc !== '') return member;
    const name = memberName(member.signature);
    for (let above = entries.get(base); above !== undefined;) {
      const found = above.members.find(
        ({ signature, doc }) => doc !== '' && memberName(signature) === name,
      );
      if (found !== undefined) return { ...member, doc: found.doc };
      const [, next] = / extends (\w+)/.exec(above.signature) ?? [];
      above = entries.get(next);
    }
    return member;
  });
}

const memberName = (signature) => /(?:get |function |fn )?(\w+)/.exec(signature)?.[1];

function renderEntry(name, entry, entries) {
  const head = `### \`${name}\`\n\n\`\`\`text\n${entry.signature}\n\`\`\`\n\n${entry.doc}`;
  const members = withInherited(entry, entries).map(({ signature, doc }) => {
    const text = doc
      .replaceAll(/\n+- /g, '; ')
      .replaceAll(/\s*\n\s*/g, ' ')
      .replace(/^- /, '');
    return text === '' ? `- \`${signature}\`` : `- \`${signature}\`: ${text}`;
  });
  return [head.trimEnd(), members.join('\n')].filter((part) => part !== '').join('\n\n');
}
