import type { GalleryPlugin } from './gallery.js';

/** Who vouches for a plugin, and what is attached to it, in words. What nobody trusted vouches for says so. */
export interface PluginClaims {
  /** Such as `nobody`, or names. */
  readonly signedBy: string;
  /** The latest test result that somebody attested. */
  readonly tested: string;
  /** Everything that is attached, a line each. */
  readonly attached: readonly string[];
  /** Versions that the registry has, the newest first. */
  readonly versions: readonly string[];
}

/** How a studio asks registries. Nothing that it gets is run or installed. */
export interface StudioRegistries {
  /** Plugins that registries offer for words; '' takes all. */
  search(words: string, signal: AbortSignal): Promise<readonly GalleryPlugin[]>;
  /** @throws {PluginError} If the registry does not answer, or has no such plugin. */
  claims(
    plugin: Pick<GalleryPlugin, 'name' | 'version' | 'registry'>,
    signal: AbortSignal,
  ): Promise<PluginClaims>;
}
