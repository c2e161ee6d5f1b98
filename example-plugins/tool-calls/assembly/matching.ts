/**
 * The most pairs of a call that was made and one that was expected, such that the two of each pair match and no call is in two pairs.
 *
 * Taking the first that matches is not enough where an expected call matches several: it may take the only one that another matches. Found by
 * augmenting paths (Kuhn's algorithm).
 */
@final
export class Matching {
  /** Place of the expected call of each made one; -1 if it has none. */
  readonly expectedOf: StaticArray<i32>;
  /** Place of the made call of each expected one; -1 if it has none. */
  readonly actualOf: StaticArray<i32>;
  size: i32 = 0;
  private seen: StaticArray<bool>;

  /** @param matches Whether the made call matches the expected one, by `made * expected + place`. */
  constructor(
    private matches: StaticArray<bool>,
    actual: i32,
    private expected: i32,
  ) {
    this.expectedOf = new StaticArray<i32>(actual).fill(-1);
    this.actualOf = new StaticArray<i32>(expected).fill(-1);
    this.seen = new StaticArray<bool>(expected);
    for (let made = 0; made < actual; made++) {
      this.seen.fill(false);
      if (this.augment(made)) this.size++;
    }
  }

  private augment(made: i32): bool {
    for (let place = 0; place < this.expected; place++) {
      if (this.seen[place] || !this.matches[made * this.expected + place]) continue;
      this.seen[place] = true;
      if (this.actualOf[place] >= 0 && !this.augment(this.actualOf[place])) continue;
      this.actualOf[place] = made;
      this.expectedOf[made] = place;
      return true;
    }
    return false;
  }
}
