import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

import { StudioError } from '../errors.js';
import { type FoundEntries, scanProject } from './scan-project.js';

/** The folder that a studio serves. Nothing outside it is read or written. */
export class Project {
  private constructor(
    /** Absolute, with links resolved. */
    readonly folder: string,
  ) {}

  /** @throws {StudioError} `STUDIO_NO_PROJECT` if it is not a readable folder. */
  static async open(folder: string): Promise<Project> {
    try {
      const path = await realpath(folder);
      if ((await stat(path)).isDirectory()) return new Project(path);
    } catch (cause) {
      throw noProject(folder, 'no such folder', cause);
    }
    throw noProject(folder, 'it is no folder');
  }

  /**
   * The real path of a file or folder in the project.
   *
   * @param path Relative to the project's folder, with slashes.
   * @throws {StudioError} `STUDIO_OUTSIDE_PROJECT` if it points outside the project, directly or through a link; `STUDIO_NOT_FOUND` if nothing is there;
   *   `STUDIO_BAD_REQUEST` if it is not a path.
   */
  async find(path: string): Promise<string> {
    if (path.includes('\0') || path.includes('\\')) {
      throw new StudioError(
        'STUDIO_BAD_REQUEST',
        'Cannot read the path: it has a sign that no path has',
      );
    }
    const target = resolve(this.folder, path);
    if (isAbsolute(path) || !this.#has(target)) throw outside(path);
    // This path, which contains no links, is the one opened later.
    const real = await realpath(target).catch((cause: unknown) => {
      throw new StudioError(
        'STUDIO_NOT_FOUND',
        `Cannot open ${JSON.stringify(path)}: nothing is there`,
        {
          cause,
        },
      );
    });
    if (!this.#has(real)) throw outside(path);
    return real;
  }

  /**
   * Like `find`, but only for a regular file: a FIFO would block its reader, and a device has no end.
   *
   * @throws {StudioError} Like {@link find}.
   */
  async findFile(path: string): Promise<string> {
    const real = await this.find(path);
    if ((await stat(real)).isFile()) return real;
    throw new StudioError(
      'STUDIO_NOT_FOUND',
      `Cannot open ${JSON.stringify(path)}: it is no ordinary file`,
    );
  }

  /** A path as pages refer to it. */
  nameOf(path: string): string {
    return relative(this.folder, path).split(sep).join('/');
  }

  /** Runs and data sets. */
  async scan(signal?: AbortSignal): Promise<FoundEntries> {
    return await scanProject(this.folder, signal);
  }

  #has(path: string): boolean {
    return path === this.folder || path.startsWith(this.folder + sep);
  }
}

function outside(path: string): StudioError {
  return new StudioError(
    'STUDIO_OUTSIDE_PROJECT',
    `Cannot open ${JSON.stringify(path)}: it is outside of the project`,
  );
}

function noProject(folder: string, state: string, cause?: unknown): StudioError {
  return new StudioError('STUDIO_NO_PROJECT', `Cannot open the project "${folder}": ${state}`, {
    cause,
  });
}
