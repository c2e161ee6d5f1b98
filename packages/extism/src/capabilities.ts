/** What this host can do, as Extism's SDK lists it. */
export interface Capabilities {
  readonly supportsJSPromiseInterface: boolean;
  readonly allowSharedBufferCodec: boolean;
  readonly manifestSupportsPaths: boolean;
  readonly crossOriginChecksEnforced: boolean;
  readonly fsAccess: boolean;
  readonly hasWorkerCapability: boolean;
  readonly supportsWasiPreview1: boolean;
  readonly supportsTimeouts: boolean;
  readonly extismStdoutEnvVarSet: boolean;
}

/** What this host can do; the same on every platform, except for suspending a plugin on the main thread. */
export const CAPABILITIES: Capabilities = {
  supportsJSPromiseInterface: 'Suspending' in WebAssembly,
  allowSharedBufferCodec: false,
  manifestSupportsPaths: true,
  crossOriginChecksEnforced: false,
  fsAccess: true,
  hasWorkerCapability: true,
  supportsWasiPreview1: true,
  supportsTimeouts: true,
  extismStdoutEnvVarSet: false,
};
