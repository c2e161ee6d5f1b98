import { PAGE_BYTES } from '@testbench/types';

import { STEADY_CALLS } from '../limits.js';
import { growthOver } from './memory-growth.js';
import { ContractBreach, type PlainGuest } from './plain-guest.js';
import { type Finding, ok, skipped, type Subject, warning } from './subject.js';

const SIZES = [1, 2, 3, 7, 8, 16, 100, 1000, 4096, 65_536, 200_000];
/** No 32-bit memory has room for these in addition to anything else. */
const HUGE = [0x7fff_ffff, 0xffff_ffff];

interface Block {
  readonly ptr: number;
  readonly size: number;
  readonly mark: number;
}

/** Blocks lie within the memory and apart from each other, come back after `plugin_free`, and huge ones are refused. */
export function checkAllocator(subject: Subject): Finding {
  const guest = subject.started();
  if (!guest.has('plugin_alloc') || !guest.has('plugin_free')) {
    return skipped('the classic signature needs no allocator');
  }
  const blocks: Block[] = [];
  const take = (size: number): void => {
    const ptr = guest.alloc(size);
    if (ptr === 0) throw new ContractBreach(`plugin_alloc has no room for ${size} bytes`);
    const mark = (blocks.length % 250) + 1;
    guest.view(`the block of ${size} bytes`, ptr, size).fill(mark);
    blocks.push({ ptr, size, mark });
  };
  for (let round = 0; round < 3; round += 1) {
    for (const size of SIZES) take(size);
  }
  checkMarks(guest, blocks);
  for (const { ptr, size } of blocks.splice(0, SIZES.length)) guest.free(ptr, size);
  for (const size of SIZES) take(size);
  checkMarks(guest, blocks);
  for (const { ptr, size } of blocks.toReversed()) guest.free(ptr, size);
  guest.free(guest.alloc(0), 0);

  const growth = growthOver(guest, () => {
    const ptr = guest.alloc(PAGE_BYTES);
    guest.free(ptr, PAGE_BYTES);
  });
  if (growth > 0) {
    throw new ContractBreach(
      `memory grows by ${growth} bytes when a block is taken and given back ${STEADY_CALLS} times; plugin_free must free`,
    );
  }
  return (
    checkHuge(subject) ?? ok(`${4 * SIZES.length} blocks, apart from each other and given back`)
  );
}

function checkMarks(guest: PlainGuest, blocks: readonly Block[]): void {
  for (const { ptr, size, mark } of blocks) {
    if (guest.view('a block', ptr, size).some((byte) => byte !== mark)) {
      throw new ContractBreach(
        `the block of ${size} bytes at ${ptr} was changed while another one was written or freed`,
      );
    }
  }
}

function checkHuge(subject: Subject): Finding | undefined {
  for (const size of HUGE) {
    const guest = subject.started();
    let ptr: number;
    try {
      ptr = guest.alloc(size);
    } catch (error) {
      if (!(error instanceof ContractBreach)) throw error;
      return warning(`plugin_alloc(${size}) should give 0, but ${error.message}`);
    }
    if (ptr !== 0) guest.view(`the block of ${size} bytes`, ptr, size);
  }
  return undefined;
}
