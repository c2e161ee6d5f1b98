import { MAX_WASI_DESCRIPTORS } from '../limits.js';
import { Errno } from './errno.js';

/** One entry of a directory, as `host_file_list` returns it. */
export interface DirectoryEntry {
  readonly name: string;
  readonly type: string;
}

/** What a descriptor of a WASI program stands for, besides the standard streams. */
export type Descriptor =
  | {
      readonly kind: 'directory';
      readonly path: string;
      /** The entries as they were when reading began. */
      entries?: readonly DirectoryEntry[];
    }
  | {
      readonly kind: 'file';
      /** The handle from `host_file_open`. */
      readonly handle: number;
      readonly writable: boolean;
      /** Bytes read or written. */
      position: number;
    };

/** A directory that is open from the start. */
type Preopened = Extract<Descriptor, { kind: 'directory' }> & {
  /** The name under which the program sees it. */
  readonly name: string;
};

const STANDARD_STREAMS = 3;

/**
 * The descriptors of one instance: 0 to 2 are the standard streams, then come the preopened directories, then what the
 * running call has opened.
 */
export class Descriptors {
  readonly #opened = new Map<number, Descriptor>();
  readonly #preopened: readonly Preopened[];
  #next: number;

  constructor(directories: readonly string[], names: Readonly<Record<string, string>> = {}) {
    this.#preopened = directories.map((path) => ({
      kind: 'directory',
      path,
      name: Object.hasOwn(names, path) ? names[path]! : path,
    }));
    this.#next = STANDARD_STREAMS + directories.length;
  }

  /** True for standard input, output and error. */
  isStandard(fd: number): boolean {
    return fd >>> 0 < STANDARD_STREAMS;
  }

  get(fd: number): Descriptor | undefined {
    return this.preopened(fd) ?? this.#opened.get(fd);
  }

  preopened(fd: number): Preopened | undefined {
    return this.#preopened[fd - STANDARD_STREAMS];
  }

  /** @returns Its number, which is not reused in a call; undefined if too many are open. */
  add(descriptor: Descriptor): number | undefined {
    if (this.#opened.size >= MAX_WASI_DESCRIPTORS) return undefined;
    this.#opened.set(this.#next, descriptor);
    return this.#next++;
  }

  remove(fd: number): void {
    this.#opened.delete(fd);
  }

  /** Forgets the descriptors that a call has opened: the host closes its files when the call ends. */
  clear(): void {
    // Clearing an empty map costs as much as a small call's copies.
    if (this.#opened.size > 0) this.#opened.clear();
    for (const directory of this.#preopened) delete directory.entries;
    this.#next = STANDARD_STREAMS + this.#preopened.length;
  }
}

/**
 * The absolute path that `text` refers to in a directory.
 *
 * @returns An error number for a path that leaves the directory, or is invalid.
 */
export function resolveIn(directory: string, text: string | undefined): string | number {
  if (text === undefined || text.includes('\0')) return Errno.inval;
  if (text.startsWith('/')) return Errno.notcapable;
  const names: string[] = [];
  for (const name of text.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return Errno.notcapable;
  }
  return names.length === 0
    ? directory
    : `${directory === '/' ? '' : directory}/${names.join('/')}`;
}
