import type { PluginStore } from '@testbench/types/stores';

import type { Descriptor } from '../manifest/read-descriptors.js';
import type { ArtifactBackend } from './artifact-backend.js';
import { ArtifactStore } from './artifact-store.js';
import { checkTagFree } from './existing-version.js';

interface Repository {
  readonly tags: Map<string, string>;
  /** Manifests and blobs, by digest. */
  readonly bytes: Map<string, Uint8Array<ArrayBuffer>>;
  /** By digest of the subject, then of the attachment. */
  readonly referrers: Map<string, Map<string, Descriptor>>;
}

/**
 * Makes a store that lasts as long as the program: for tests, and for plugins that come with a program.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from '@testbench/registry/stores';
 *
 * const store = createMemoryStore();
 * const layers = [{ mediaType: 'text/plain', bytes: new TextEncoder().encode('hello') }];
 * const { digest } = await store.write({ name: 'greeting', version: '1.0.0', layers });
 * await store.list('greeting'); // => ['1.0.0']
 * String.fromCharCode(...(await store.read({ name: 'greeting', digest }))); // => 'hello'
 * ```
 */
export function createMemoryStore(): PluginStore {
  return new ArtifactStore(new MemoryBackend());
}

class MemoryBackend implements ArtifactBackend {
  readonly #repositories = new Map<string, Repository>();

  async tags(name: string): Promise<readonly string[]> {
    return Array.from(this.#repositories.get(name)?.tags.keys() ?? []);
  }

  async manifest(name: string, reference: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const repository = this.#repositories.get(name);
    const digest = repository?.tags.get(reference) ?? reference;
    return copyOf(repository?.bytes.get(digest));
  }

  async blob(
    name: string,
    { digest }: { readonly digest: string },
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return copyOf(this.#repositories.get(name)?.bytes.get(digest));
  }

  async writeBlob(name: string, digest: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#open(name).bytes.set(digest, bytes);
  }

  async writeManifest(
    ...[name, { digest, bytes }, tag]: Parameters<ArtifactBackend['writeManifest']>
  ): Promise<void> {
    const repository = this.#open(name);
    if (tag !== undefined) {
      checkTagFree(name, tag, digest, repository.tags.get(tag.name));
      repository.tags.set(tag.name, digest);
    }
    repository.bytes.set(digest, bytes);
  }

  async referrers(name: string, subject: string): Promise<readonly Descriptor[]> {
    return Array.from(this.#repositories.get(name)?.referrers.get(subject)?.values() ?? []);
  }

  async addReferrer(name: string, subject: string, referrer: Descriptor): Promise<void> {
    const { referrers } = this.#open(name);
    const attached = referrers.get(subject) ?? new Map<string, Descriptor>();
    referrers.set(subject, attached.set(referrer.digest, referrer));
  }

  #open(name: string): Repository {
    const found = this.#repositories.get(name);
    if (found !== undefined) return found;
    const made = { tags: new Map(), bytes: new Map(), referrers: new Map() };
    this.#repositories.set(name, made);
    return made;
  }
}

function copyOf(bytes: Uint8Array<ArrayBuffer> | undefined): Uint8Array<ArrayBuffer> | undefined {
  return bytes === undefined ? undefined : new Uint8Array(bytes);
}
