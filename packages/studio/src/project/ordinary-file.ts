import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A link could point outside the project, and opening a pipe would wait for a writer forever. Both flags are absent on Windows. */
const READING = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a regular file. @returns undefined for anything else, and if it does not exist. */
export async function openOrdinary(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, READING).catch(() => undefined);
  if (file === undefined) return undefined;
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

/** The text of a small file; undefined if there is none, or it is larger. */
export async function readSmall(path: string, maxBytes: number): Promise<string | undefined> {
  const file = await openOrdinary(path);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    return size <= maxBytes ? await file.readFile('utf8') : undefined;
  } finally {
    await file.close();
  }
}
