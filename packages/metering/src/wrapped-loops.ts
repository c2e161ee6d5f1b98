import type { LoopExits } from './loop-exits.js';

/** A loop around which the meter has put blocks of its own, while its body is written. */
interface WrappedLoop {
  /** Event that opens it. */
  readonly event: number;
  /** Blocks that stand between the code being written and what is outside of the loop, more than there were. */
  shift: number;
  /** Branches out of the loop that go to a block of the meter's own first. */
  readonly exit: LoopExits | undefined;
}

/** Loops that are being written with more blocks around them than they had: what changes labels. */
export class WrappedLoops {
  readonly #open: WrappedLoop[] = [];

  /** How many there are. */
  get count(): number {
    return this.#open.length;
  }

  push(loop: WrappedLoop): WrappedLoop {
    this.#open.push(loop);
    return loop;
  }

  pop(): void {
    this.#open.pop();
  }

  /** What a label increases by that stands for the block or loop which event `target` opens. */
  shift(target: number): number {
    const open = this.#open;
    const innermost = open.at(-1);
    // The outermost of the added blocks is the loop's end, the next is the one for these branches.
    if (innermost?.exit?.target === target) return innermost.shift - innermost.exit.depth - 2;
    let shift = 0;
    for (let at = open.length - 1; at >= 0 && target < open[at]!.event; at -= 1) {
      shift += open[at]!.shift;
    }
    return shift;
  }
}
