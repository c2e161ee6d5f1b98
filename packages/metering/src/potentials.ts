import { doubled } from './doubled.js';

/** A union-find structure over control points, each with its prepaid amount relative to its root. */
export class Potentials {
  #parent = new Int32Array(256);
  #offset = new Float64Array(256);
  count = 0;

  reset(): void {
    this.count = 0;
  }

  add(): number {
    if (this.count === this.#parent.length) {
      this.#parent = doubled(this.#parent);
      this.#offset = doubled(this.#offset);
    }
    this.#parent[this.count] = this.count;
    this.#offset[this.count] = 0;
    return this.count++;
  }

  /** Halves paths along the way, so that no input makes it quadratic. */
  root(point: number): number {
    const parent = this.#parent;
    const offset = this.#offset;
    let at = point;
    while (parent[at] !== at) {
      const up = parent[at]!;
      if (parent[up] !== up) {
        offset[at]! += offset[up]!;
        parent[at] = parent[up]!;
      }
      at = parent[at]!;
    }
    return at;
  }

  /** Prepaid amount at a point, relative to its root. */
  of(point: number): number {
    let sum = 0;
    for (let at = point; this.#parent[at] !== at; at = this.#parent[at]!) sum += this.#offset[at]!;
    return sum;
  }

  /** Requires that `of(to) - of(from)` is `difference`; false if both are already bound. */
  join(from: number, to: number, difference: number): boolean {
    const fromRoot = this.root(from);
    const toRoot = this.root(to);
    if (fromRoot === toRoot) return false;
    this.#offset[toRoot] = this.of(from) + difference - this.of(to);
    this.#parent[toRoot] = fromRoot;
    return true;
  }
}
