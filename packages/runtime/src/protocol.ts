/** What a guest's function gave: bytes in its memory, valid until it runs again, or its error code. */
export type GuestResult =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly release: () => void }
  | { readonly ok: false; readonly code: number };

/**
 * One of the contract's two signatures: how bytes get into the guest and out of it.
 *
 * Every method runs guest code, so it may throw whatever a trap throws, and `CallError` for a
 * pointer, length or type that breaks the contract.
 */
export interface Protocol {
  readMetadata(): GuestResult;
  /** @returns 0, or an error code. */
  init(config: Uint8Array): number;
  execute(input: Uint8Array): GuestResult;
}
