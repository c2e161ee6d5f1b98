/** Half of the band around the diagonal in which distances are computed; as in Tercom. */
const BEAM_WIDTH: f64 = 25;
const INFINITE: i32 = 1 << 28;

const KEEP: u8 = 0;
const REPLACE: u8 = 1;
const INSERT: u8 = 2;
const DELETE: u8 = 3;

/** Edit distances of word sequences of one length to one reference, and the alignment of the last one. */
@final
export class EditTable {
  /** For each word of the reference, the word of the output that it is aligned with; -1 before the first. */
  readonly alignment: StaticArray<i32>;
  /** For each word of the output: is it replaced or too much? */
  readonly wordWrong: StaticArray<bool>;
  /** For each word of the reference: is it replaced or missing? */
  readonly referenceWrong: StaticArray<bool>;
  private costs: StaticArray<i32>;
  private operations: StaticArray<u8>;

  constructor(
    private reference: StaticArray<i32>,
    private rows: i32,
  ) {
    const cells = (rows + 1) * (reference.length + 1);
    this.costs = new StaticArray<i32>(cells);
    this.operations = new StaticArray<u8>(cells);
    this.alignment = new StaticArray<i32>(reference.length);
    this.referenceWrong = new StaticArray<bool>(reference.length);
    this.wordWrong = new StaticArray<bool>(rows);
    for (let column = 0; column <= reference.length; column++) {
      this.costs[column] = column;
      this.operations[column] = INSERT;
    }
  }

  /** Fewest insertions, deletions and substitutions, within the band. */
  distance(words: StaticArray<i32>): i32 {
    const columns = this.reference.length;
    const width = columns + 1;
    const ratio = this.rows > 0 ? <f64>columns / this.rows : 1;
    const beam = <i32>(BEAM_WIDTH < ratio / 2 ? Math.ceil(ratio / 2 + BEAM_WIDTH) : BEAM_WIDTH);
    for (let row = 1; row <= this.rows; row++) {
      const line = row * width;
      for (let column = 0; column <= columns; column++) unchecked((this.costs[line + column] = INFINITE));
      const diagonal = <i32>Math.floor(row * ratio);
      const end = row == this.rows ? width : min(width, diagonal + beam);
      for (let column = max(0, diagonal - beam); column < end; column++) {
        this.fill(line + column, width, column, words[row - 1]);
      }
    }
    return this.costs[this.rows * width + columns];
  }

  /** Of equally good ways to a cell: a pair, then a deletion, then an insertion. */
  private fill(cell: i32, width: i32, column: i32, word: i32): void {
    const above = unchecked(this.costs[cell - width]) + 1;
    let cost = above;
    let operation = DELETE;
    if (column > 0) {
      const same = unchecked(this.reference[column - 1]) == word;
      const pair = unchecked(this.costs[cell - width - 1]) + (same ? 0 : 1);
      const left = unchecked(this.costs[cell - 1]) + 1;
      if (pair <= above) {
        cost = pair;
        operation = same ? KEEP : REPLACE;
      }
      if (left < cost) {
        cost = left;
        operation = INSERT;
      }
    }
    // Cells outside of the band stay infinite, however they are reached.
    unchecked((this.costs[cell] = min(cost, INFINITE)));
    unchecked((this.operations[cell] = operation));
  }

  /** Reads the alignment off the table, as the last call of `distance` left it. */
  traceBack(): void {
    const width = this.reference.length + 1;
    let row = this.rows;
    let column = this.reference.length;
    while (row > 0 || column > 0) {
      const operation = this.operations[row * width + column];
      if (operation == DELETE) {
        this.wordWrong[--row] = true;
        continue;
      }
      column--;
      if (operation == INSERT) {
        // A missing word stands behind the word before it.
        this.alignment[column] = row - 1;
        this.referenceWrong[column] = true;
        continue;
      }
      row--;
      this.alignment[column] = row;
      this.wordWrong[row] = operation == REPLACE;
      this.referenceWrong[column] = operation == REPLACE;
    }
  }
}
