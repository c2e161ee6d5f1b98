/**
 * The fenced blocks of a page of Markdown.
 *
 * @returns For each: where it is, its language (the first word after the fence), its attributes (`file=x` and words) and its code.
 */
export function blocksOf(page, text) {
  const blocks = [];
  const lines = text.split('\n');
  for (let start = 0; start < lines.length; start += 1) {
    const [, indent, fence, info] = /^(\s*)(```+|~~~+)(.*)$/.exec(lines[start]) ?? [];
    if (fence === undefined) continue;
    const end = lines.findIndex((line, index) => index > start && line.trim() === fence);
    if (end === -1) throw new Error(`Cannot read ${page}:${start + 1}: the block has no end`);
    const [language = '', ...words] = info.trim().split(/\s+/);
    const attributes = new Map(
      words.map((word) => word.split('=', 2)).map(([key, value = '']) => [key, value]),
    );
    const code = lines
      .slice(start + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
      .join('\n');
    blocks.push({ page, where: `${page}:${start + 1}`, language, attributes, code });
    start = end;
  }
  return blocks;
}

/** Whether scripts/checks/examples.mjs compiles a block, and runs it unless it is marked `no-run`. */
export function isExample({ language, attributes, code }) {
  return (
    language === 'ts' && hasNoMark(attributes) && /^import [^;]* from '@testbench\//.test(code)
  );
}

/** Whether a block is nothing but code: no file, and no part of a program. */
export function hasNoMark(attributes) {
  return [...attributes.keys()].every((key) => key === 'no-run');
}
