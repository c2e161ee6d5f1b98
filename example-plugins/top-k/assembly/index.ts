import { describeFields, FieldPath, Filter, invalidInput, Json, oneOf, plugin, range } from "@testbench/plugins-sdk";

class Options {
  /** Number of items to keep. */
  @range(0, 1000000)
  k: i32 = 10;
  /** Field with the number: keys separated by dots. In a benchmark, `score` is the mean of `scores`. */
  field: string = "score";
  /** Whether large or small numbers are better. */
  @oneOf(["largest", "smallest"])
  best: string = "largest";
}

/** An item's number, and its place among the items. */
@final
class Entry {
  constructor(
    readonly value: f64,
    readonly place: i32,
  ) {}
}

@plugin({ name: "top-k" })
export class TopK extends Filter {
  config: Options = new Options();
  private path: FieldPath = new FieldPath("");
  private place: i32 = 0;
  /** Rank of each item, from 1 on; 0 for one without a number. */
  private ranks: StaticArray<i32> = new StaticArray<i32>(0);

  start(): void {
    this.path = new FieldPath(this.config.field);
  }

  begin(data: Json): void {
    const items = data.get("items");
    const entries: Entry[] = [];
    for (let place = 0; place < items.length; place++) {
      const value = this.path.find(items.at(place));
      if (!value.isNumber) continue;
      const number = value.number();
      entries.push(new Entry(this.config.best == "largest" ? -number : number, place));
    }
    if (entries.length == 0 && items.length > 0) {
      invalidInput('Cannot filter: no item has a number "' + this.config.field + '"; fields of the first: ' + describeFields(items.at(0)));
    }
    // Of equal numbers the earlier item is better.
    entries.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.place - b.place));
    this.ranks = new StaticArray<i32>(items.length);
    for (let rank = 0; rank < entries.length; rank++) this.ranks[entries[rank].place] = rank + 1;
    this.place = -1;
  }

  keep(item: Json): bool {
    const rank = this.ranks[++this.place];
    if (rank == 0) return this.drop('no number "' + this.config.field + '"');
    return rank <= this.config.k || this.drop("rank " + rank.toString());
  }
}
