import { MAX_WARNINGS } from './limits.js';

const DENIED = -3;

/** A host that grants nothing, and always answers the same: what a script computes at build must not depend on where it is built. */
export function buildHost(memory: () => WebAssembly.Memory): {
  readonly functions: WebAssembly.ModuleImports;
  readonly logged: string[];
} {
  const logged: string[] = [];
  let state = 0x9e3779b9;
  const random = (): number => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
  const denied = (): number => DENIED;
  const functions = {
    host_log: (_level: number, address: number, length: number) => {
      const text = new Uint8Array(memory().buffer, address, length).slice();
      if (logged.length < MAX_WARNINGS) logged.push(new TextDecoder().decode(text));
      return 0;
    },
    host_error: () => 0,
    host_emit: denied,
    host_current_time_ms: () => 0n,
    host_random: (max: number) => (max === 0 ? random() : (random() >>> 0) % (max >>> 0)),
    host_random_bytes: (address: number, length: number) => {
      const bytes = new Uint8Array(memory().buffer, address, length);
      for (const index of bytes.keys()) bytes[index] = random();
      return 0;
    },
    host_set_state: denied,
    host_get_state: denied,
    host_delete_state: denied,
    host_env_get: denied,
    host_attachment_open: denied,
    host_attachment_read: denied,
    host_attachment_close: denied,
  };
  return { functions, logged };
}
