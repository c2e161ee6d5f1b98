import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';

import { parse } from 'csv-parse/sync';

import { ImportError } from '../errors.js';
import type { JsonPlace } from '../json/json-place.js';
import { guard, readText } from '../json/read-file.js';
import { parseJson } from '../json/parse-json.js';
import { parseYaml } from './parse-yaml.js';

/** Bytes of a file that a configuration names: prompts and tests are texts that people write. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Files of one pattern. */
const MAX_MATCHES = 1000;
const CODE = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.py', '.rb', '.go', '.sh']);

/** The files that a configuration may name: those in its folder, links resolved. */
export class ConfigFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async of(config: string): Promise<ConfigFiles> {
    return new ConfigFiles(await guard(config, () => realpath(dirname(config))));
  }

  /** True for code, which is never run. */
  static isCode(reference: string): boolean {
    const [path = ''] = reference.replace(/^file:\/\//, '').split(':');
    return CODE.has(extname(path).toLowerCase());
  }

  /**
   * The files of a reference: `file://path`, a bare path, or a pattern with `*` in its last part.
   *
   * @throws {ImportError} `IMPORT_UNREADABLE`: there is none, or it is outside of the folder of the configuration.
   */
  async find(reference: string): Promise<string[]> {
    const path = resolve(this.#folder, reference.replace(/^file:\/\//, ''));
    if (!basename(path).includes('*')) return [await this.#inside(path)];
    const pattern = new RegExp(
      `^${basename(path)
        .split('*')
        .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('.*')}$`,
      's',
    );
    const folder = await this.#inside(dirname(path));
    const names = (await guard(folder, () => readdir(folder))).filter((name) => pattern.test(name));
    return await Promise.all(
      names
        .toSorted()
        .slice(0, MAX_MATCHES)
        .map((name) => this.#inside(join(folder, name))),
    );
  }

  /** The text of a file. */
  async text(file: string): Promise<string> {
    return await readText(file, MAX_FILE_BYTES);
  }

  /** The content of a JSON or YAML file. */
  async document(file: string): Promise<JsonPlace> {
    const text = await this.text(file);
    return extname(file) === '.json' ? parseJson(text, file) : parseYaml(text, file);
  }

  /** The rows of a table, each with the names of its columns. */
  async table(file: string): Promise<Record<string, string>[]> {
    const text = await this.text(file);
    try {
      return parse(text, {
        columns: true,
        bom: true,
        skip_empty_lines: true,
        relax_column_count: true,
        delimiter: extname(file) === '.tsv' ? '\t' : ',',
      });
    } catch (cause) {
      throw new ImportError('IMPORT_INVALID', `it is no CSV (${(cause as Error).message})`, {
        file,
        cause,
      });
    }
  }

  /** A configuration from elsewhere must not copy files of its reader into a data set. */
  async #inside(path: string): Promise<string> {
    const real = await guard(path, () => realpath(path));
    const below = relative(this.#folder, real);
    if (below !== '..' && !below.startsWith(`..${sep}`) && resolve(this.#folder, below) === real) {
      return real;
    }
    const state = `it is outside of the folder of the configuration; copy it into ${JSON.stringify(this.#folder)} if it belongs to it`;
    throw new ImportError('IMPORT_UNREADABLE', state, { file: path });
  }
}
