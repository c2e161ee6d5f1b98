/** A recorded "model": its first sample is the first of the record's answers, and so on. */
export const name = 'samples';
export const config = { language: { type: 'string', enum: ['python', 'javascript'] } };

export function complete({ record }, context) {
  // The last part of a request's id is the number of the sample, from 1.
  const sample = Number(context.requestId.split('/').at(-1));
  return record[context.config.language].answers[sample - 1];
}
