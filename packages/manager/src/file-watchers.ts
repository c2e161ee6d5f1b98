import { watchFile } from './watch-file.js';

/** Watched files, at most one for each plugin. */
export class FileWatchers {
  readonly #ends = new Map<string, () => void>();

  /**
   * Watches a file instead of the one that was previously watched for the plugin.
   *
   * @param onChange Run again after each change, one run at a time.
   * @returns A function that stops watching.
   */
  watch(id: string, path: string, onChange: () => Promise<void>): () => void {
    this.stop(id);
    const stop = watchFile(path, onChange);
    const end = (): void => {
      stop();
      if (this.#ends.get(id) === end) this.#ends.delete(id);
    };
    this.#ends.set(id, end);
    return end;
  }

  /** Stops watching the file of a plugin, if there is one. */
  stop(id: string): void {
    this.#ends.get(id)?.();
  }

  stopAll(): void {
    for (const end of this.#ends.values()) end();
  }
}
