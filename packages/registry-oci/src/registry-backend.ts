import {
  type ArtifactBackend,
  checkTagFree,
  type Descriptor,
  digestBytes,
  encodeIndex,
  INDEX_TYPE,
  MANIFEST_TYPE,
  parseIndex,
  referrersTag,
} from '@testbench/registry/stores';
import { StoreError } from '@testbench/types/errors';
import type { ArtifactLayer, StoreOptions } from '@testbench/types/stores';

import { type Answer, dropBody, headerOf, parseAnswer, readBody, refusalOf } from './answers.js';
import { fetchBlob } from './fetch-blob.js';
import { MAX_PAGE_BYTES, MAX_PAGES, TAGS_PER_PAGE } from './limits.js';
import { nextPage } from './next-page.js';
import { pushBlob } from './push-blob.js';
import type { RegistryClient } from './registry-client.js';

/** As in the stores on disk. @see https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** How often a list of attachments is rewritten after a concurrent write. */
const MAX_MERGES = 5;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The operations of a remote registry. @see https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md */
export class RegistryBackend implements ArtifactBackend {
  readonly #client: RegistryClient;
  readonly #defaultHost: string | undefined;
  /** Manifests whose registry maintains the list of attachments. */
  readonly #listedByRegistry = new Set<string>();
  /** Uploads in progress, by name and digest. */
  readonly #pushing = new Map<string, Promise<void>>();
  /** Runs merges one after another. */
  #merging: Promise<unknown> = Promise.resolve();

  constructor(client: RegistryClient, defaultHost: string | undefined) {
    this.#client = client;
    this.#defaultHost = defaultHost;
  }

  async tags(fullName: string, options: StoreOptions): Promise<readonly string[]> {
    const what = `list the versions of "${fullName}"`;
    const pages = this.#pages(fullName, (name) => `/v2/${name}/tags/list?n=${TAGS_PER_PAGE}`, what);
    const tags: string[] = [];
    for await (const { body } of pages(options, MAX_PAGE_BYTES)) {
      const list = (parseAnswer(body, what) as { tags?: unknown } | null)?.tags ?? [];
      if (!Array.isArray(list) || !list.every((tag) => typeof tag === 'string')) {
        throw new StoreError('STORE_BAD_ANSWER', `Cannot ${what}: "tags" is not a list of texts`);
      }
      tags.push(...list);
    }
    return tags;
  }

  async manifest(
    fullName: string,
    reference: string,
    options: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { host, name } = this.#split(fullName);
    const what = `fetch the manifest ${reference} of "${fullName}"`;
    return await this.#client.exchange(
      {
        host,
        name,
        method: 'GET',
        target: `/v2/${name}/manifests/${reference}`,
        actions: 'pull',
        headers: () => ({ accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` }),
        what,
      },
      options,
      async (answer) => {
        if (isMissing(answer)) return undefined;
        if (answer.status !== 200) throw await refusalOf(answer, what);
        const said = headerOf(answer, 'docker-content-digest');
        const bytes = await readBody(answer, MAX_MANIFEST_BYTES, `the manifest of "${fullName}"`);
        // A request by tag has no expected digest: then at least the registry's own must match the bytes.
        if (said !== undefined && DIGEST.test(said) && (await digestBytes(bytes)) !== said) {
          throw new StoreError(
            'STORE_DIGEST_MISMATCH',
            `Cannot ${what}: its digest is not ${said}, which the registry says it is`,
            { digest: said },
          );
        }
        return bytes;
      },
    );
  }

  async blob(
    fullName: string,
    layer: Pick<ArtifactLayer, 'digest' | 'size'>,
    options: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { host, name } = this.#split(fullName);
    return await fetchBlob(this.#client, host, name, layer, options);
  }

  async writeBlob(
    fullName: string,
    digest: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: StoreOptions,
  ): Promise<void> {
    const { host, name } = this.#split(fullName);
    const key = `${fullName}@${digest}`;
    // One at a time: registries on a file system lose a blob that two uploads move into place.
    for (let other = this.#pushing.get(key); other !== undefined; other = this.#pushing.get(key)) {
      await other.catch(() => {});
    }
    const pushing = pushBlob(this.#client, host, name, digest, bytes, options);
    this.#pushing.set(key, pushing);
    try {
      await pushing;
    } finally {
      this.#pushing.delete(key);
    }
  }

  async writeManifest(
    ...[fullName, { digest, bytes, subject }, tag, options]: Parameters<
      ArtifactBackend['writeManifest']
    >
  ): Promise<void> {
    if (tag !== undefined && !tag.mayMove) {
      const found = await this.manifest(fullName, tag.name, options);
      if (found !== undefined) checkTagFree(fullName, tag, digest, await digestBytes(found));
    }
    const answer = await this.#putManifest(
      fullName,
      tag?.name ?? digest,
      bytes,
      MANIFEST_TYPE,
      options,
    );
    if (subject !== undefined && headerOf(answer, 'oci-subject') === subject) {
      this.#listedByRegistry.add(`${fullName}@${digest}`);
    }
  }

  async referrers(
    fullName: string,
    subject: string,
    options: StoreOptions,
  ): Promise<readonly Descriptor[]> {
    const what = `list what is attached to ${subject} of "${fullName}"`;
    const pages = this.#pages(fullName, (name) => `/v2/${name}/referrers/${subject}`, what);
    const found: Descriptor[] = [];
    for await (const { body, mediaType } of pages(options, MAX_MANIFEST_BYTES)) {
      // A proxy's page is not an answer of this API, which states its type.
      if (mediaType !== INDEX_TYPE) return await this.#referrersByTag(fullName, subject, options);
      found.push(...parseIndex(body, what));
    }
    return found.length > 0 ? found : await this.#referrersByTag(fullName, subject, options);
  }

  async addReferrer(
    fullName: string,
    subject: string,
    referrer: Descriptor,
    options: StoreOptions,
  ): Promise<void> {
    if (this.#listedByRegistry.has(`${fullName}@${referrer.digest}`)) return;
    const turn = this.#merging
      .catch(() => {})
      .then(() => this.#mergeReferrer(fullName, subject, referrer, options));
    this.#merging = turn;
    await turn;
  }

  /** Another client may write the same list at the same time, so it is read again afterwards. */
  async #mergeReferrer(
    fullName: string,
    subject: string,
    referrer: Descriptor,
    options: StoreOptions,
  ): Promise<void> {
    for (let merges = 0; merges < MAX_MERGES; merges += 1) {
      const attached = await this.#referrersByTag(fullName, subject, options);
      if (attached.some(({ digest }) => digest === referrer.digest)) return;
      const bytes = encodeIndex([...attached, referrer]);
      await this.#putManifest(fullName, referrersTag(subject), bytes, INDEX_TYPE, options);
    }
    throw new StoreError(
      'STORE_UNAVAILABLE',
      `Cannot attach to ${subject} of "${fullName}": others write the same list at the same time; try again`,
    );
  }

  async #referrersByTag(
    fullName: string,
    subject: string,
    options: StoreOptions,
  ): Promise<readonly Descriptor[]> {
    const bytes = await this.manifest(fullName, referrersTag(subject), options);
    return bytes === undefined
      ? []
      : parseIndex(bytes, `what is attached to ${subject} of "${fullName}"`);
  }

  async #putManifest(
    fullName: string,
    reference: string,
    body: Uint8Array<ArrayBuffer>,
    mediaType: string,
    options: StoreOptions,
  ): Promise<Answer> {
    const { host, name } = this.#split(fullName);
    const what = `push the manifest ${reference} of "${fullName}"`;
    return await this.#client.exchange(
      {
        host,
        name,
        method: 'PUT',
        target: `/v2/${name}/manifests/${reference}`,
        actions: 'pull,push',
        headers: () => ({ 'content-type': mediaType }),
        body,
        what,
      },
      options,
      async (answer) => {
        if (answer.status !== 201) throw await refusalOf(answer, what);
        dropBody(answer);
        return answer;
      },
    );
  }

  /** Follows a list from page to page; yields nothing if the list does not exist. */
  #pages(fullName: string, first: (name: string) => string, what: string) {
    const { host, name } = this.#split(fullName);
    const client = this.#client;
    return async function* (
      options: StoreOptions,
      maxBytes: number,
    ): AsyncGenerator<{ body: Uint8Array; mediaType: string | undefined }> {
      const seen = new Set<string>();
      let target: string | undefined = new URL(first(name), client.baseOf(host)).href;
      while (target !== undefined) {
        if (seen.has(target) || seen.size >= MAX_PAGES) {
          throw new StoreError(
            seen.has(target) ? 'STORE_BAD_ANSWER' : 'STORE_TOO_LARGE',
            `Cannot ${what}: ${seen.has(target) ? 'its pages lead in a circle' : `it has more than ${MAX_PAGES} pages`}`,
          );
        }
        seen.add(target);
        const page:
          | { body: Uint8Array; mediaType: string | undefined; next: string | undefined }
          | undefined = await client.exchange(
          { host, name, method: 'GET', target, actions: 'pull', what },
          options,
          async (answer) => {
            if (isMissing(answer)) return undefined;
            if (answer.status !== 200) throw await refusalOf(answer, what);
            return {
              body: await readBody(answer, maxBytes, what),
              mediaType: headerOf(answer, 'content-type')?.split(';')[0]?.trim(),
              next: nextPage(answer, client.baseOf(host), what),
            };
          },
        );
        if (page === undefined) return;
        yield page;
        target = page.next;
      }
    };
  }

  #split(fullName: string): { readonly host: string; readonly name: string } {
    const slash = fullName.indexOf('/');
    const first = fullName.slice(0, slash);
    if (slash > 0 && (/[.:]/.test(first) || first === 'localhost')) {
      return { host: first, name: fullName.slice(slash + 1) };
    }
    if (this.#defaultHost !== undefined) return { host: this.#defaultHost, name: fullName };
    throw new StoreError(
      'STORE_INVALID_REFERENCE',
      `Cannot find "${fullName}": it names no registry, as in registry.example.com/${fullName}`,
    );
  }
}

function isMissing(answer: Answer): boolean {
  if (answer.status !== 404) return false;
  dropBody(answer);
  return true;
}
