import { releaseBlock } from "../host/memory";
import { Json } from "../json/json";
import { validationProblem } from "../json/scan";
import { JsonWriter } from "../json/writer";
import { cannotRead, cannotWrite, hasFailed, reportFailure, takeFailure, writeFailure, wrongKind } from "./failure";
import { clearMetrics, writeMetrics } from "./metrics";
import { hasInstead, Plugin, setEnvelope, writeInstead } from "./plugin";

/**
 * The contract's functions, as the code that the transform generates calls them.
 *
 * A collection must not see a reference that only a local variable holds: this library is compiled
 * with the `minimal` runtime, which looks at globals and pinned blocks, not at the stack. Collections
 * happen in `plugin_alloc` and between the entries of a batch, where nothing but these globals lives.
 */
const out: JsonWriter = new JsonWriter();
let batch: Json = Json.missing;

/** Views what the host wrote; of kind `Missing`, with the call failed, if it is not JSON. */
export function readInput(ptr: usize, len: usize): Json {
  const json = Json.view(changetype<ArrayBuffer>(ptr), len);
  if (json === Json.missing) cannotRead("the input as JSON", validationProblem(ptr));
  return json;
}

/** `plugin_execute` */
export function execute(plugin: Plugin, ptr: usize, len: usize): i64 {
  takeFailure();
  out.clear();
  const envelope = readInput(ptr, len);
  if (!hasFailed()) handleOne(plugin, envelope);
  if (!hasFailed() && hasInstead()) {
    out.clear();
    writeInstead(out);
  }
  if (hasFailed()) return reportFailure();
  return out.take();
}

/** `plugin_execute_batch`: a failed entry becomes `{"error": {"code", "message", "details"}}`, the others go on. */
export function executeBatch(plugin: Plugin, ptr: usize, len: usize): i64 {
  takeFailure();
  out.clear();
  batch = readInput(ptr, len);
  if (!hasFailed() && !batch.isArray) {
    wrongKind("the batch", "a list", batch.kindName);
  }
  if (hasFailed()) return reportFailure();
  const count = batch.rawLength;
  out.array();
  for (let index = 0; index < count; index++) {
    const mark = out.mark();
    handleOne(plugin, batch.item(index));
    if (!hasFailed() && hasInstead()) {
      out.rewind(mark, 1, index > 0);
      writeInstead(out);
    }
    if (hasFailed()) {
      out.rewind(mark, 1, index > 0);
      out.object().key("error");
      writeFailure(out);
      out.end();
    }
    __collect();
  }
  out.end();
  batch = Json.missing;
  return out.take();
}

function handleOne(plugin: Plugin, envelope: Json): void {
  setEnvelope(envelope);
  clearMetrics();
  out.object().key("data");
  const level = out.level;
  const mark = out.mark();
  plugin.handle(envelope.get("data"), out);
  if (!hasFailed() && !hasInstead() && (out.level != level || out.mark() == mark)) {
    cannotWrite("no whole value");
  }
  if (hasFailed() || hasInstead()) return;
  writeMetrics(out);
  out.end();
}

/** `plugin_init`, once the generated code has read the configuration. */
export function start(plugin: Plugin): i32 {
  if (!hasFailed()) plugin.start();
  return reportFailure();
}

/** `plugin_shutdown` */
export function stop(plugin: Plugin): i32 {
  takeFailure();
  plugin.stop();
  return reportFailure();
}

/** `plugin_free` */
export function release(ptr: usize): void {
  if (ptr != 0) releaseBlock(ptr);
}
