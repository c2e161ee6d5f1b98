import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

import { StudioError } from '../errors.js';
import { type FoundEntries, scanProject } from './scan-project.js';

/** The folder that a studio is about. Nothing outside of it is read or written. */
export class Project {
  private constructor(
    /** Absolute and without links. */
    readonly folder: string,
  ) {}

  /** @throws {StudioError} `STUDIO_NO_PROJECT` if it is no folder that can be read. */
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
   * @param path With slashes, from the project's folder on.
   * @throws {StudioError} `STUDIO_OUTSIDE_PROJECT` if it leads out, by itself or by a link; `STUDIO_NOT_FOUND` if nothing is there;
   *   `STUDIO_BAD_REQUEST` for what is no path.
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
    // What is opened later is this path, in which no link is left.
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
   * The same of an ordinary file: a FIFO would hold its reader, and a device has no end.
   *
   * @throws {StudioError} As {@link find}.
   */
  async findFile(path: string): Promise<string> {
    const real = await this.find(path);
    if ((await stat(real)).isFile()) return real;
    throw new StudioError(
      'STUDIO_NOT_FOUND',
      `Cannot open ${JSON.stringify(path)}: it is no ordinary file`,
    );
  }

  /** A path as pages name it. */
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
