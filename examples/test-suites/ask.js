// Stands for a program that asks a model: MODEL=cheap knows less.
const ANSWERS = {
  'Capital of France?': 'Paris',
  'Capital of Spain?': 'Madrid',
  'Capital of New Zealand?': 'the city of Wellington',
};
const CHEAP = { ...ANSWERS, 'Capital of Spain?': 'Toledo', 'Capital of New Zealand?': 'Auckland' };

/** Answers a question. */
export async function ask(question) {
  const answers = process.env.MODEL === 'cheap' ? CHEAP : ANSWERS;
  return answers[question];
}
