import type { GalleryPlugin } from './gallery.js';

/** Who vouches for a plugin, and what is attached to it, in words. The text says so if no trusted signer vouches for it. */
export interface PluginClaims {
  /** Such as `nobody`, or names. */
  readonly signedBy: string;
  /** The latest attested test result. */
  readonly tested: string;
  /** All attachments, one per line. */
  readonly attached: readonly string[];
  /** Versions in the registry, newest first. */
  readonly versions: readonly string[];
}

/** How a studio queries registries. Nothing that it receives is run or installed. */
export interface StudioRegistries {
  /** Searches registries for plugins that match the words; '' matches all. */
  search(words: string, signal: AbortSignal): Promise<readonly GalleryPlugin[]>;
  /** @throws {PluginError} If the registry does not answer, or has no such plugin. */
  claims(
    plugin: Pick<GalleryPlugin, 'name' | 'version' | 'registry'>,
    signal: AbortSignal,
  ): Promise<PluginClaims>;
}
