import { ImportError } from '../errors.js';
import { JsonPlace } from '../json/json-place.js';
import { parseJson } from '../json/parse-json.js';
import { tooLarge } from '../json/split-json.js';
import { MAX_SAMPLE_BYTES } from '../limits.js';
import type { ZipEntry } from '../zip/read-directory.js';
import type { ZipArchive } from '../zip/zip-archive.js';
import { Attachments } from './attachments.js';
import type { FoundSample, LogSource } from './log-source.js';

const HEADER = 'header.json';
/** What there is of a log that has not ended. */
const START = '_journal/start.json';
const SAMPLE = /^samples\/[^/]+\.json$/;
/** A sample that is kept in pieces. */
const SHELL = /^(samples\/[^/]+)\/sample\.json$/;

/** A log in an archive: `.eval`. */
export class EvalLog implements LogSource {
  readonly #archive: ZipArchive;

  constructor(archive: ZipArchive) {
    this.#archive = archive;
  }

  get file(): string {
    return this.#archive.file;
  }

  async header(): Promise<JsonPlace> {
    const entries = this.#archive.entries;
    const entry = entries.get(HEADER) ?? entries.get(START);
    if (entry !== undefined) return await this.#read(entry);
    throw new ImportError('IMPORT_UNKNOWN_FORMAT', `it is an archive without ${HEADER}`, {
      file: this.file,
    });
  }

  async *samples(): AsyncGenerator<FoundSample> {
    for (const entry of this.#archive.entries.values()) {
      if (SAMPLE.test(entry.name)) yield { sample: await this.#read(entry) };
      const folder = SHELL.exec(entry.name)?.[1];
      if (folder !== undefined) yield await this.#readPieces(entry, folder);
    }
  }

  /** Puts a sample together: messages and attachments are numbered, and kept in files named after their first number. */
  async #readPieces(shell: ZipEntry, folder: string): Promise<FoundSample> {
    const sample = await this.#read(shell);
    const messages = await this.#readList(`${folder}/messages/`);
    const contents = await this.#readList(`${folder}/attachments/`);
    const metadata = this.#archive.entries.get(`${folder}/metadata.json`);
    const whole = {
      ...(sample.value as object),
      messages: sample
        .at('message_refs')
        .list()
        .flatMap((range) => this.#pick(range, messages)),
      ...(metadata === undefined ? {} : { metadata: (await this.#read(metadata)).value }),
    };
    const texts = contents.map((content, index) => [String(index), String(content)] as const);
    return {
      sample: new JsonPlace(whole, this.file, shell.name),
      attachments: new Attachments(sample, new Map(texts)),
    };
  }

  /** Messages from one number up to another. */
  #pick(range: JsonPlace, messages: readonly unknown[]): readonly unknown[] {
    const [from, to] = range.list().map((end) => end.number());
    if (from === undefined || to === undefined || from < 0 || to < from || to > messages.length) {
      range.reject(`two numbers of its ${messages.length} messages`);
    }
    return messages.slice(from, to);
  }

  async #readList(prefix: string): Promise<unknown[]> {
    const chunks: { readonly start: number; readonly entry: ZipEntry }[] = [];
    let bytes = 0;
    for (const [name, entry] of this.#archive.entries) {
      const start = name.startsWith(prefix)
        ? /^(\d+)\.json$/.exec(name.slice(prefix.length))?.[1]
        : undefined;
      if (start === undefined) continue;
      chunks.push({ start: Number(start), entry });
      bytes += entry.bytes;
    }
    if (bytes > MAX_SAMPLE_BYTES) throw tooLarge(this.file, MAX_SAMPLE_BYTES, prefix);
    chunks.sort((one, other) => one.start - other.start);
    const list: unknown[] = [];
    for (const { start, entry } of chunks) {
      const chunk = await this.#read(entry);
      if (start !== list.length)
        throw chunk.invalid(`it begins at ${start}, not at ${list.length}`);
      for (const { value } of chunk.list()) list.push(value);
    }
    return list;
  }

  async #read(entry: ZipEntry): Promise<JsonPlace> {
    return parseJson(await this.#archive.read(entry), this.file, entry.name);
  }
}
