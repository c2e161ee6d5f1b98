import { ConfigNode, readOptions } from '@testbench/types/config';

import { MAX_ATTACHED_PATHS, MAX_DOCUMENT_BYTES, MAX_FILES, MAX_SOURCES } from './limits.js';
import { type FileReference, readDigest, readFileReference, readMessage } from './message.js';
import { PLACE } from './plugin-uses.js';

/** A module of the run. */
interface DocumentPlugin extends FileReference {
  /** Its places in the configuration, such as `providers[0]`. */
  readonly places: readonly string[];
}

/** A file of the data set. */
export interface DocumentData extends FileReference {
  /** Its name without folders; the extension determines the format. */
  readonly name: string;
}

/** The attachments of a run. */
export interface DocumentAttachments {
  /** Digests and sizes of the attachments of all records. */
  readonly table: FileReference;
  /** What is at the paths that records name. */
  readonly list: FileReference;
  readonly files: number;
  /** Of these, the files that records name by a path. */
  readonly paths: number;
}

/** What a worker needs to make the same plan: a configuration that names files by digest. */
export interface RunDocument {
  readonly v: 1;
  readonly plan: string;
  /** The resolved configuration, without the folders, policy and reports of the machine that it comes from. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly plugins: readonly DocumentPlugin[];
  readonly data: readonly DocumentData[];
  /** Present only if records have attachments. */
  readonly attachments?: DocumentAttachments;
  /** Where data may be fetched from in addition to the share: `<source>/sha256/<hex>`. Workers use only sources that they are granted. */
  readonly sources: readonly string[];
}

const NAME = /^[^/\\\0]{1,200}$/;

/** Reads a document that came out of a share. @throws {QueueError} `QUEUE_MESSAGE_INVALID`. */
export function readRunDocument(text: string): RunDocument {
  return readMessage<RunDocument>(
    'the document of a run',
    text,
    MAX_DOCUMENT_BYTES,
    {
      v: (node) => node.wholeNumber(1, 1) as 1,
      plan: readDigest,
      config: (node) => node.object(),
      plugins: (node) => capped(node, MAX_FILES).map(readPlugin),
      data: (node) => capped(node, MAX_FILES).map(readData),
      attachments: readAttachments,
      sources: (node) => capped(node, MAX_SOURCES).map(readSource),
    },
    ['v', 'plan', 'config', 'plugins', 'data', 'sources'],
  );
}

function capped(node: ConfigNode, most: number): readonly ConfigNode[] {
  const entries = node.list();
  return entries.length > most ? node.reject(`at most ${most} entries`) : entries;
}

function readPlugin(node: ConfigNode): DocumentPlugin {
  const { places, ...file } = node.object();
  return {
    ...readFileReference(new ConfigNode(file, node.path)),
    places: new ConfigNode(places, `${node.path}.places`)
      .list()
      .map((place) =>
        PLACE.test(place.text()) ? place.text() : place.reject('the place of a plugin'),
      ),
  };
}

function readData(node: ConfigNode): DocumentData {
  return readOptions<DocumentData>(
    node.value,
    {
      digest: readDigest,
      bytes: (bytes) => bytes.wholeNumber(0),
      name: (name) => (isName(name.text()) ? name.text() : name.reject('a name without folders')),
    },
    node.path,
    ['digest', 'bytes', 'name'],
  );
}

function readAttachments(node: ConfigNode): DocumentAttachments {
  return readOptions<DocumentAttachments>(
    node.value,
    {
      table: readFileReference,
      list: readFileReference,
      files: (files) => files.wholeNumber(0),
      paths: (paths) => paths.wholeNumber(0, MAX_ATTACHED_PATHS),
    },
    node.path,
    ['table', 'list', 'files', 'paths'],
  );
}

function isName(name: string): boolean {
  return NAME.test(name) && name !== '.' && name !== '..';
}

/** A source is an http or https address without user name, password and query. */
export function readSource(node: ConfigNode): string {
  const text = node.text();
  if (!URL.canParse(text)) return node.reject('an http or https address');
  const { protocol, username, password, search, hash } = new URL(text);
  const isPlain = username === '' && password === '' && search === '' && hash === '';
  if (!isPlain || !['http:', 'https:'].includes(protocol)) {
    return node.reject('an http or https address without name, password and query');
  }
  return text.replace(/\/+$/, '');
}
