import { execFileSync } from 'node:child_process';
import { link, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { OutputFile, writeOutput } from './output-file.js';
import { findOutputPlace } from './output-place.js';

describe('OutputFile', () => {
  it('replaces the old file only when it is published', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old', { mode: 0o640 });
    const file = await OutputFile.open(path);
    const long = 'x'.repeat(100_000);
    await file.write(long);
    await file.write('é');
    await file.finish();
    expect(await readFile(path, 'utf8')).toBe('old');
    await file.publish();
    expect(await readFile(path, 'utf8')).toBe(`${long}é`);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    await file.discard();
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('leaves nothing behind when discarded', async () => {
    const folder = await temporaryFolder();
    const file = await OutputFile.open(join(folder, 'a.txt'));
    await file.write('x'.repeat(100_000));
    const names = await readdir(folder);
    expect(names.map((name) => OutputFile.isTemporary(name))).toEqual([true]);
    await file.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes where a link leads, and keeps the link', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real'));
    await symlink(join('real', 'b.txt'), join(folder, 'a.txt'));
    await symlink('a.txt', join(folder, 'c.txt'));
    await writeOutput(join(folder, 'c.txt'), 'one');
    await writeOutput(join(folder, 'c.txt'), 'two');
    expect(await readFile(join(folder, 'real', 'b.txt'), 'utf8')).toBe('two');
    expect((await lstat(join(folder, 'c.txt'))).isSymbolicLink()).toBe(true);
    expect(await readdir(join(folder, 'real'))).toEqual(['b.txt']);
  });

  it('has room for a name as long as names may be', async () => {
    const path = join(await temporaryFolder(), 'x'.repeat(255));
    await writeOutput(path, 'a');
    expect(await readFile(path, 'utf8')).toBe('a');
  });

  it('writes into a pipe, which stays one, once somebody reads', async () => {
    const path = join(await temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const writing = writeOutput(path, 'x'.repeat(200_000));
    expect(await readFile(path, 'utf8')).toHaveLength(200_000);
    await writing;
    expect((await lstat(path)).isFIFO()).toBe(true);
  });

  it('stops waiting for the reader of a pipe', async () => {
    const path = join(await temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const controller = new AbortController();
    const writing = writeOutput(path, 'x', { signal: controller.signal });
    controller.abort();
    await expect(writing).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      state: 'nobody reads from it',
    });
  });

  it('writes to a device, which stays one', async () => {
    await writeOutput('/dev/null', 'x');
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('says when the disk is full', async () => {
    await expect(writeOutput('/dev/full', 'x')).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: 'Cannot write "/dev/full": no space left on the device',
    });
  });
});

describe('findOutputPlace()', () => {
  it.each([
    { name: 'none/a.txt', state: /there is no folder ".*none"/ },
    { name: 'file/a.txt', state: /a part of its path is not a directory|"file" is not a folder/ },
    { name: 'folder', state: /it is a directory/ },
    { name: 'folder/', state: /it is a directory/ },
    { name: 'circle', state: /its links lead in a circle/ },
    { name: 'x'.repeat(300), state: /the name is too long/ },
  ])('refuses $name before the work', async ({ name, state }) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'folder'));
    await symlink('circle', join(folder, 'circle'));
    await expect(findOutputPlace(join(folder, name))).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      state: expect.stringMatching(state),
    });
  });

  it('refuses an empty name', async () => {
    await expect(findOutputPlace('')).rejects.toMatchObject({ state: 'its name is empty' });
  });

  it('allows missing folders where they are made', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a', 'b', 'c.txt');
    await findOutputPlace(path, { makeFolder: true });
    expect(await readdir(folder)).toEqual([]);
    await writeOutput(path, 'x', { makeFolder: true });
    expect(await readFile(path, 'utf8')).toBe('x');
    await expect(findOutputPlace(join(path, 'd', 'e'), { makeFolder: true })).rejects.toMatchObject(
      { code: 'OUTPUT_UNWRITABLE' },
    );
  });

  it.each(['itself', 'a link', 'a link to a link', 'a hard link', 'another way'])(
    'refuses an input by %s',
    async (name) => {
      const folder = await temporaryFolder();
      const input = join(folder, 'itself');
      await writeFile(input, 'data');
      await symlink('itself', join(folder, 'a link'));
      await symlink('a link', join(folder, 'a link to a link'));
      await link(input, join(folder, 'a hard link'));
      await symlink(folder, join(folder, 'folder'));
      const path = name === 'another way' ? `${folder}/folder/../itself` : join(folder, name);
      for (const [from, to] of [
        [path, input],
        [input, path],
      ] as const) {
        const inputs = [{ path: from, what: 'the data set' }];
        await expect(findOutputPlace(to, { inputs })).rejects.toMatchObject({
          code: 'OUTPUT_IS_INPUT',
          message: `Cannot write ${JSON.stringify(to)}: it is the data set, which must stay`,
        });
      }
    },
  );

  it('refuses an input that is not there yet', async () => {
    const path = join(await temporaryFolder(), 'a');
    await expect(
      findOutputPlace(path, { inputs: [{ path, what: 'the rows' }] }),
    ).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
  });

  it('takes a device that is also read', async () => {
    const inputs = [{ path: '/dev/null', what: 'the data set' }];
    expect(await findOutputPlace('/dev/null', { inputs })).toMatchObject({
      way: expect.anything(),
    });
  });
});
