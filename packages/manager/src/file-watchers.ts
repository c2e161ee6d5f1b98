import { watchFile } from './watch-file.js';

/** Files that are watched, one for each plugin at most. */
export class FileWatchers {
  readonly #ends = new Map<string, () => void>();

  /**
   * Watches a file in the place of the one that was watched for the plugin before.
   *
   * @param onChange Run again after each change, one run at a time.
   * @returns A function that ends it.
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

  /** Ends what is watched for a plugin, if anything is. */
  stop(id: string): void {
    this.#ends.get(id)?.();
  }

  stopAll(): void {
    for (const end of this.#ends.values()) end();
  }
}
