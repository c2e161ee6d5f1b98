import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { OutputFile } from './output-file.js';
import { finishPublishing, publishTogether } from './publish-together.js';

async function finished(path: string, text: string): Promise<OutputFile> {
  const file = await OutputFile.open(path);
  await file.write(text);
  await file.finish();
  return file;
}

async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder);
  const entries = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

describe('publishTogether()', () => {
  it('gives all files their names, and leaves nothing else', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a'), 'old');
    const files = [await finished(join(folder, 'a'), 'A'), await finished(join(folder, 'b'), 'B')];
    await publishTogether(folder, files);
    expect(await contentOf(folder)).toEqual({ a: 'A', b: 'B' });
  });

  it.each([{ old: { a: 'old' } }, { old: {} }])(
    'takes the first back if the second fails, with $old before',
    async ({ old }) => {
      const folder = await temporaryFolder();
      for (const [name, text] of Object.entries(old)) await writeFile(join(folder, name), text);
      const a = await finished(join(folder, 'a'), 'A');
      const b = await finished(join(folder, 'b'), 'B');
      await rm(b.temporary!);
      await expect(publishTogether(folder, [a, b])).rejects.toMatchObject({
        code: 'OUTPUT_UNWRITABLE',
      });
      expect(await contentOf(folder)).toEqual(old);
    },
  );

  it('changes nothing if a folder has come in between', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a'), 'old');
    const a = await finished(join(folder, 'a'), 'A');
    const b = await finished(join(folder, 'b'), 'B');
    await mkdir(join(folder, 'b'));
    await expect(publishTogether(folder, [a, b])).rejects.toThrow('it is a directory');
    await Promise.all([a.discard(), b.discard()]);
    await rm(join(folder, 'b'), { recursive: true });
    expect(await contentOf(folder)).toEqual({ a: 'old' });
  });
});

describe('finishPublishing()', () => {
  const id = '00000000-0000-4000-8000-000000000000';

  it('does what a killed process left undone', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'b'), 'old');
    const a = await finished(join(folder, 'a'), 'A');
    const b = await finished(join(folder, 'b'), 'B');
    const renamings = [
      { from: basename(a.temporary!), to: 'a', old: `.testbench-${id}.old` },
      { from: basename(b.temporary!), to: 'b', old: `.testbench-${id}.old` },
    ];
    await writeFile(join(folder, `.testbench-${id}.publish`), JSON.stringify(renamings));
    // The process was killed after this rename.
    await rename(a.temporary!, join(folder, 'a'));
    await writeFile(join(folder, `.testbench-${id}.old`), 'old');
    await finishPublishing(folder);
    expect(await contentOf(folder)).toEqual({ a: 'A', b: 'B' });
  });

  it.each([
    '[{"from":"other","to":"a","old":".testbench-x.old"}]',
    `[{"from":".testbench-${id}.tmp","to":"../a","old":".testbench-${id}.old"}]`,
    `[{"from":".testbench-${id}.tmp","to":"a","old":"b"}]`,
    '[null]',
    '5',
    '{',
  ])('does not do what the note %s says', async (note) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'b'), 'B');
    await writeFile(join(folder, 'other'), 'O');
    await writeFile(join(folder, `.testbench-${id}.tmp`), 'T');
    await writeFile(join(folder, `.testbench-${id}.publish`), note);
    await finishPublishing(folder);
    expect(await contentOf(folder)).toEqual({ b: 'B', other: 'O', [`.testbench-${id}.tmp`]: 'T' });
  });
});
