/**
 * Blocks that cross the boundary.
 *
 * Each is a garbage-collected `ArrayBuffer` that is pinned while the host may touch it: a JSON view
 * can then keep the input alive by an ordinary reference, and no block is ever freed twice.
 *
 *     plugin_alloc ──> pinned ──> the host writes ──> plugin_execute ──> plugin_free: unpinned
 *     output       ──> pinned ──> the host copies ──────────────────────> plugin_free: unpinned
 *
 * Unpinned blocks that nothing refers to go with the next collection.
 */

/** Largest block that the allocator can give; it traps above it. */
const MAX_BLOCK: usize = 0x3ffff000;

/** Blocks that an instance gives until its first call is over: for its metadata, its configuration, and the call's input. */
const FIRST_BLOCKS: u32 = 3;
/** Blocks so far. */
let blocks: u32 = 0;

/**
 * Gives the host room for an input.
 *
 * It is the first thing that happens in a call, and no frame of the plugin is on the stack, so this is
 * where garbage of the calls before is collected: what stays is what the plugin's fields hold. Before the first call there
 * is hardly any; a host that brings memory back after each call makes first calls only, and none of them pays for looking.
 *
 * @returns 0 if the block is larger than any memory could hold.
 */
export function allocateBlock(size: usize): usize {
  if (++blocks > FIRST_BLOCKS) __collect();
  if (size > MAX_BLOCK) return 0;
  return __pin(__new(size, idof<ArrayBuffer>()));
}

/** A buffer without the standard library's checks and their messages. */
export function newBuffer(size: usize): ArrayBuffer {
  return changetype<ArrayBuffer>(__new(size, idof<ArrayBuffer>()));
}

/** Takes a block back from the host. */
export function releaseBlock(ptr: usize): void {
  __unpin(ptr);
}

/** Packs a pointer and a length as the contract's functions return them. */
export function pack(ptr: usize, len: usize): i64 {
  return ((<i64>ptr) << 32) | <i64>len;
}

/** Copies static bytes into a block that the host may free. */
export function copyToHost(ptr: usize, len: usize): i64 {
  const block = allocateBlock(len);
  memory.copy(block, ptr, len);
  return pack(block, len);
}
