import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a run's folder, by their relative paths. */
export type RunFiles = ReadonlyMap<string, Buffer>;

/** Reads all files of a run's folder. */
export function readRunFiles(folder: string): RunFiles {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]));
}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** JSON that replaces another value. */
const VALUES: readonly string[] = [
  'null',
  'true',
  '-1',
  '0.5',
  '1e308',
  '9007199254740993',
  '18446744073709551616',
  '""',
  '"__proto__"',
  '"\\ud800"',
  '"../../x"',
  '[]',
  '[null]',
  '{}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":1,"toString":2,"hasOwnProperty":3}',
  '{"length":5}',
  nested(200),
  nested(20_000),
];
const KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'then', ''];

/**
 * Changes one file of a run's folder so that its readers should fail. The same seed makes the same changes.
 *
 * @returns A description of the change, for the message of a test.
 */
export class RunMutator {
  readonly folder: string;
  readonly files: RunFiles;
  #state: number;

  constructor(folder: string, files: RunFiles, seed: number) {
    this.folder = folder;
    this.files = files;
    this.#state = seed;
  }

  /** Changes one file; the others stay unchanged. */
  mutate(): string {
    for (const [name, bytes] of this.files) writeFileSync(join(this.folder, name), bytes);
    const name = this.#oneOf([...this.files.keys()]);
    const path = join(this.folder, name);
    const bytes = this.files.get(name)!;
    const way = this.#below(8);
    if (way === 0) {
      rmSync(path);
      return `${name} removed`;
    }
    const changed = this.#change(bytes, way);
    writeFileSync(path, changed);
    // So that an invalid file reaches its readers, not only the check of its digest.
    if (name.startsWith('segments/') && this.#below(4) > 0) this.#relist(name, changed);
    if (name === 'plan.json' && this.#below(2) > 0)
      rmSync(join(this.folder, 'summary.json'), { force: true });
    return `${name}, way ${way}: ${changed.toString('utf8', 0, 300)}`;
  }

  #change(bytes: Buffer, way: number): Buffer {
    switch (way) {
      case 1:
        return bytes.subarray(0, this.#below(bytes.length));
      case 2: {
        const changed = Buffer.from(bytes);
        if (changed.length > 0) changed[this.#below(changed.length)]! ^= 1 << this.#below(8);
        return changed;
      }
      case 3:
        return this.#oneOf([...this.files.values()]);
      default: {
        const lines = bytes.toString().trimEnd().split('\n');
        const isLines = lines.length > 1 && lines[0]!.startsWith('{"index"');
        if (!isLines) return Buffer.from(`${this.#replaceIn(bytes.toString())}\n`);
        const line = this.#below(lines.length);
        lines[line] = this.#replaceIn(lines[line]!);
        return Buffer.from(`${lines.join('\n')}\n`);
      }
    }
  }

  /** Replaces a value or a key somewhere in a JSON text. */
  #replaceIn(json: string): string {
    const places: { holder: Record<string, unknown>; key: string }[] = [];
    const root = { root: JSON.parse(json) as unknown };
    const walk = (holder: Record<string, unknown>): void => {
      for (const [key, value] of Object.entries(holder)) {
        places.push({ holder, key });
        if (typeof value === 'object' && value !== null) walk(value as Record<string, unknown>);
      }
    };
    walk(root);
    const { holder, key } = this.#oneOf(places);
    const mark = 'MARK-OF-THE-MUTATION';
    const value = this.#oneOf(VALUES);
    if (this.#below(6) === 0 && holder !== root && !Array.isArray(holder)) {
      const name = this.#oneOf(KEYS);
      holder[mark] = holder[key];
      if (this.#below(2) === 0) delete holder[key];
      return JSON.stringify(root.root).replace(`"${mark}"`, () => JSON.stringify(name));
    }
    if (this.#below(6) === 0 && holder !== root && !Array.isArray(holder)) delete holder[key];
    else holder[key] = mark;
    return JSON.stringify(root.root).replace(`"${mark}"`, () => value);
  }

  /** Writes a manifest that fits a changed segment. */
  #relist(name: string, bytes: Buffer): void {
    const manifest = JSON.parse(this.files.get('manifest.json')!.toString()) as {
      segments: { from: number; to: number; rows: number; bytes: number; digest: string }[];
    };
    const segment = manifest.segments.find(({ from, to }) => name.endsWith(`/${from}-${to}.jsonl`));
    if (segment === undefined) return;
    segment.bytes = bytes.length;
    segment.rows = bytes.toString().split('\n').length - 1;
    segment.digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    writeFileSync(join(this.folder, 'manifest.json'), JSON.stringify(manifest));
  }

  #below(end: number): number {
    // The generator from Numerical Recipes; its high bits are good enough for choosing.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * end);
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)]!;
  }
}
