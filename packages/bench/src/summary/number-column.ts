/** Numbers that are added one by one, eight bytes each; NaN for a missing one. */
export class NumberColumn {
  #values = new Float64Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** Marks the places up to `length` without a number as missing. */
  padTo(length: number): void {
    while (this.#length < length) this.add(Number.NaN);
  }

  /** Adds to the last number. */
  increase(by: number): void {
    this.#values[this.#length - 1]! += by;
  }

  at(place: number): number {
    return place < this.#length ? this.#values[place]! : Number.NaN;
  }

  /** Sum of the numbers that are present. */
  sum(): number {
    let sum = 0;
    for (let place = 0; place < this.#length; place += 1) {
      const value = this.#values[place]!;
      if (!Number.isNaN(value)) sum += value;
    }
    return sum;
  }

  /** Finds a number that occurs twice: sorts the list unless it is already in order. */
  firstTwice(): number | undefined {
    const values = this.#values.subarray(0, this.#length);
    const isInOrder = values.every((value, place) => place === 0 || values[place - 1]! < value);
    if (isInOrder) return undefined;
    const sorted = values.toSorted();
    return sorted.find((value, place) => sorted[place - 1] === value);
  }

  /** The numbers that are present. */
  present(): number[] {
    const found: number[] = [];
    for (let place = 0; place < this.#length; place += 1) {
      const value = this.#values[place]!;
      if (!Number.isNaN(value)) found.push(value);
    }
    return found;
  }
}
