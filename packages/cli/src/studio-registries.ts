import { readCatalogueEntry } from '@testbench/registry/catalogue';
import { describePlugin, type GalleryPlugin, type StudioRegistries } from '@testbench/studio';
import { PluginError } from '@testbench/types/errors';

import type { CliIo } from './cli-io.js';
import { findArtifact } from './find-artifact.js';
import { listOffered } from './offered-plugins.js';
import { openRegistries } from './plugin-project.js';
import { openClaims } from './read-claims.js';
import { describeClaims, describeSigners, describeTested } from './render/render-claims.js';

/** Queries the registries of a project for the studio, as `testbench plugin search` and `info` do. */
export function studioRegistries(io: CliIo): StudioRegistries {
  return {
    async search(words, signal) {
      const asking = { ...io, signal };
      const registries = await openRegistries(asking, {});
      const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
      const found: GalleryPlugin[] = [];
      for (const name of await listOffered(asking, {}, registries)) {
        try {
          const { id, store } = registries.find(name);
          const [version] = await store.list(name, { signal });
          if (version === undefined) continue;
          const artifact = await store.resolve({ name, version }, { signal });
          const bytes = await store.read(artifact, { signal });
          const place = { registry: id, digest: artifact.digest, repository: name };
          const { metadata } = readCatalogueEntry(bytes, place);
          const text = [name, metadata.description, ...(metadata.capabilities ?? [])].join('\n');
          if (!wanted.every((word) => text.toLowerCase().includes(word))) continue;
          found.push({
            ...describePlugin(metadata),
            source: 'registry',
            name,
            version,
            registry: id,
            bytes: bytes.length,
            digest: artifact.moduleDigest ?? artifact.digest,
          });
        } catch (error) {
          signal.throwIfAborted();
          // A registry may hold anything: a data set, a program, a damaged plugin.
          if (!PluginError.is(error)) throw error;
        }
      }
      return found;
    },
    async claims({ name, version }, signal) {
      const asking = { ...io, signal };
      const found = await findArtifact(asking, `${name}@${version}`, { isNewest: true });
      const claims = await (await openClaims(asking, {}))(found);
      return {
        signedBy: describeSigners(claims.signature),
        tested: describeTested(claims),
        attached: describeClaims(claims),
        versions: await found.store.list(name, { signal }),
      };
    },
  };
}
