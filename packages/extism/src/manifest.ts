import type { ExtismPluginOptions, MemoryOptions } from './options.js';

/** A module, and the name and hash that it must have. */
export type ManifestWasm = (
  | { readonly data: Uint8Array | ArrayBuffer }
  | { readonly path: string }
  | { readonly url: string | URL }
  | { readonly response: Response }
  | { readonly module: WebAssembly.Module }
) & {
  readonly name?: string;
  /** SHA-256 of the module's bytes, in hex. */
  readonly hash?: string;
};

/** What a manifest may say besides its modules; the options of `createPlugin` take precedence. */
export type ManifestOptions = Pick<
  ExtismPluginOptions,
  'allowedPaths' | 'allowedHosts' | 'config' | 'timeoutMs'
> & {
  readonly memory?:
    | (MemoryOptions & {
        readonly max_pages?: number | undefined;
        readonly max_http_response_bytes?: number | undefined;
        readonly max_var_bytes?: number | undefined;
      })
    | undefined;
  readonly allowed_paths?: ExtismPluginOptions['allowedPaths'];
  readonly allowed_hosts?: ExtismPluginOptions['allowedHosts'];
  readonly timeout_ms?: ExtismPluginOptions['timeoutMs'];
};

/** Modules, and what they may do. */
export interface Manifest extends ManifestOptions {
  readonly wasm: readonly ManifestWasm[];
}

/** Anything that describes a plugin: a manifest, its JSON, the address of either a manifest or a module, a response, or the bytes of a module. */
export type ManifestLike =
  | Manifest
  | Response
  | WebAssembly.Module
  | ArrayBuffer
  | Uint8Array
  | string
  | URL;
