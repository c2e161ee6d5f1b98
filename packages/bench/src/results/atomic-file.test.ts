import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { AtomicFile } from './atomic-file.js';

describe('AtomicFile', () => {
  it('replaces the old file only when it is published', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old');
    const file = await AtomicFile.create(path);
    const long = 'x'.repeat(100_000);
    await file.write(long);
    await file.write('end');
    await file.finish();
    expect(await readFile(path, 'utf8')).toBe('old');
    await file.publish();
    expect(await readFile(path, 'utf8')).toBe(`${long}end`);
    await file.discard();
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('leaves nothing behind when discarded', async () => {
    const folder = await temporaryFolder();
    const file = await AtomicFile.create(join(folder, 'a.txt'));
    await file.write('x'.repeat(100_000));
    expect(await readdir(folder)).toHaveLength(1);
    await file.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('needs its folder', async () => {
    const path = join(await temporaryFolder(), 'none', 'a.txt');
    await expect(AtomicFile.create(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
