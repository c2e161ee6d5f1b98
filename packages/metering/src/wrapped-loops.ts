import type { LoopExits } from './loop-exits.js';

/** A loop around which the meter has put additional blocks, while its body is written. */
interface WrappedLoop {
  /** Event that opens it. */
  readonly event: number;
  /** Number of additional blocks between the code being written and the code outside the loop. */
  shift: number;
  /** Branches out of the loop that go to one of the meter's blocks first. */
  readonly exit: LoopExits | undefined;
}

/** Loops being written with additional blocks around them, which changes labels. */
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

  /** The increase of a label that refers to the block or loop opened by event `target`. */
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
