import { sendJson } from '../answers/send.js';
import { ServeError } from '../errors.js';
import { MAX_NAME_CHARACTERS } from '../limits.js';
import type { ServedModel } from '../serve-options.js';
import type { RouteCall, Serving } from '../server/route.js';

/** `GET /v1/models` */
export async function listModels({ serving, response }: RouteCall): Promise<void> {
  const data = [...serving.models.values()].map((model) => describe(model, serving));
  sendJson(response, { object: 'list', data }, serving.limits.maxAnswerBytes);
}

/** `GET /v1/models/<id>` */
export async function showModel({ serving, rest, response }: RouteCall): Promise<void> {
  const model = findModel(serving, rest);
  sendJson(response, describe(model, serving), serving.limits.maxAnswerBytes);
}

/** @throws {ServeError} `SERVE_NOT_SERVED`. */
export function findModel({ models }: Serving, id: string): ServedModel {
  const model = models.get(id);
  if (model !== undefined) return model;
  const shown = JSON.stringify(id.slice(0, MAX_NAME_CHARACTERS));
  throw new ServeError('SERVE_NOT_SERVED', `Cannot find the model ${shown}: it is not served`);
}

function describe({ id, plugin }: ServedModel, { startedAt }: Serving): object {
  return { id, object: 'model', created: seconds(startedAt), owned_by: plugin };
}

/** Seconds since the epoch, as OpenAI gives times. */
function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
