/**
 * Charges of one function by the event that they follow; -1 is the function's entry. Reused from function to function,
 * because a module has tens of thousands.
 */
export class ChargeList {
  #first = 0;
  #size = 0;
  #amounts = new Float64Array(1024);
  /** Number of charges. */
  count = 0;
  /** The largest absolute amount that was set. */
  largest = 0;

  /** Clears all charges and makes room for those of events `[first, last)`. */
  reset(first: number, last: number): void {
    this.#amounts.fill(0, 0, this.#size);
    this.count = 0;
    this.largest = 0;
    this.#first = first;
    this.#size = last - first + 1;
    if (this.#size > this.#amounts.length) this.#amounts = new Float64Array(2 * this.#size);
  }

  /** The charge after an event; 0 for none. */
  get(event: number): number {
    return this.#amounts[event === -1 ? 0 : event - this.#first + 1]!;
  }

  set(event: number, amount: number): void {
    if (amount !== 0) this.count += 1;
    this.largest = Math.max(this.largest, Math.abs(amount));
    this.#amounts[event === -1 ? 0 : event - this.#first + 1] = amount;
  }
}
