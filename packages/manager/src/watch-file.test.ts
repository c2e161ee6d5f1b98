import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { watchFile } from './watch-file.js';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'testbench-watch-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Watches a file; returns a function that waits for the call after a change. */
function watching(path: string): (change: () => Promise<unknown>) => Promise<boolean> {
  const called = vi.fn<() => Promise<void>>(async () => {});
  onTestFinished(watchFile(path, called));
  return async (change) => {
    const before = called.mock.calls.length;
    await change();
    return await vi.waitFor(() => {
      if (called.mock.calls.length === before) throw new RangeError('not called');
      return true;
    }, 60_000);
  };
}

describe('watchFile()', () => {
  it('sees a file that is written, replaced, removed and made again', async () => {
    const path = join(await temporaryFolder(), 'a');
    await writeFile(path, '1');
    const seen = watching(path);
    expect(await seen(() => writeFile(path, '2'))).toBe(true);
    expect(
      await seen(async () => {
        await writeFile(`${path}.new`, '3');
        await rename(`${path}.new`, path);
      }),
    ).toBe(true);
    await rm(path);
    expect(await seen(() => writeFile(path, '4'))).toBe(true);
  });

  it('goes on when the folder is made again, and when another one takes its place', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'build');
    const path = join(folder, 'a');
    await mkdir(folder);
    await writeFile(path, '1');
    const seen = watching(path);
    expect(
      await seen(async () => {
        await rm(folder, { recursive: true });
        await mkdir(folder);
        await writeFile(path, '2');
      }),
    ).toBe(true);
    expect(await seen(() => writeFile(path, '3'))).toBe(true);
    expect(
      await seen(async () => {
        await mkdir(join(root, 'other'));
        await writeFile(join(root, 'other', 'a'), '4');
        await rename(folder, join(root, 'old'));
        await rename(join(root, 'other'), folder);
      }),
    ).toBe(true);
    expect(await seen(() => writeFile(path, '5'))).toBe(true);
  });

  it('follows a link that is turned, on the way or at the end', async () => {
    const root = await temporaryFolder();
    for (const release of ['1', '2', '3']) {
      await mkdir(join(root, release));
      await writeFile(join(root, release, 'a'), release);
    }
    const turn = async (to: string, link: string): Promise<void> => {
      await symlink(to, `${link}.new`);
      await rename(`${link}.new`, link);
    };
    await turn('1', join(root, 'current'));
    await turn('1/a', join(root, 'a'));
    const folder = watching(join(root, 'current', 'a'));
    const file = watching(join(root, 'a'));
    expect(await folder(() => turn('2', join(root, 'current')))).toBe(true);
    expect(await folder(() => writeFile(join(root, '2', 'a'), 'more'))).toBe(true);
    expect(await file(() => turn('3/a', join(root, 'a')))).toBe(true);
  });

  it('begins before there is a file', async () => {
    const path = join(await temporaryFolder(), 'later', 'a');
    expect(
      await watching(path)(async () => {
        await mkdir(join(path, '..'));
        await writeFile(path, '1');
      }),
    ).toBe(true);
  });

  it('calls nothing for the files next to it, nor after its end', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a');
    await writeFile(path, '1');
    const stopped = vi.fn<() => Promise<void>>(async () => {});
    watchFile(path, stopped)();
    const neighbour = vi.fn<() => Promise<void>>(async () => {});
    onTestFinished(watchFile(join(folder, 'b'), neighbour));
    const seen = watching(path);
    await writeFile(join(folder, 'c'), '1');
    expect(await seen(() => utimes(path, 1, 1))).toBe(true);
    expect(neighbour).not.toHaveBeenCalled();
    expect(stopped).not.toHaveBeenCalled();
  });
});
