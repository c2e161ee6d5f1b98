import { Evaluation, Evaluator, EvaluatorInput, plugin } from "@testbench/plugins-sdk";

import { TextCounts } from "./counts";

@plugin({ name: "readability", reads: ["output"] })
export class Readability extends Evaluator {
  /** The score is the Flesch reading ease: 1 is very easy, 0 very hard. */
  evaluate(input: EvaluatorInput): Evaluation {
    const text = new TextCounts(input.output);
    const ease = readingEase(text);
    return new Evaluation(max(0, min(1, ease / 100)))
      .metric("flesch_reading_ease", ease)
      .metric("flesch_kincaid_grade", kincaidGrade(text))
      .metric("smog_index", smog(text))
      .metric("gunning_fog", fog(text))
      .metric("linsear_write", linsearWrite(text))
      .metric("automated_readability_index", automatedIndex(text))
      .metric("coleman_liau_index", colemanLiau(text))
      .metric("gulpease_index", gulpease(text))
      .metric("lix", text.words > 0 ? text.wordsPerSentence + (<f64>text.longWords * 100) / text.words : 0)
      .metric("rix", text.sentences > 0 ? <f64>text.longWords / text.sentences : 0)
      .metric("sentences", text.sentences)
      .metric("words", text.words)
      .metric("long_words", text.longWords)
      .metric("syllables", text.syllables)
      .metric("polysyllables", text.polysyllables)
      .metric("letters", text.letters)
      .metric("characters", text.characters);
  }
}

function readingEase(text: TextCounts): f64 {
  if (text.words == 0) return 0;
  return 206.835 - 1.015 * text.wordsPerSentence - (84.6 * text.syllables) / text.words;
}

function kincaidGrade(text: TextCounts): f64 {
  if (text.words == 0) return 0;
  return 0.39 * text.wordsPerSentence + (11.8 * text.syllables) / text.words - 15.59;
}

function smog(text: TextCounts): f64 {
  return text.sentences > 0 ? 1.043 * Math.sqrt((30.0 * text.polysyllables) / text.sentences) + 3.1291 : 0;
}

/** Of all words of three or more syllables: Gunning leaves out familiar ones, names and compounds, which takes a list of words. */
function fog(text: TextCounts): f64 {
  if (text.words == 0) return 0;
  return 0.4 * (text.wordsPerSentence + (100.0 * text.polysyllables) / text.words);
}

/** Over the whole text, of which the authors take 100 words: 1 for a word, 3 for one of three or more syllables. */
function linsearWrite(text: TextCounts): f64 {
  if (text.sentences == 0) return 0;
  const points = <f64>(text.words + 2 * text.polysyllables) / text.sentences;
  return points > 20 ? points / 2 : points / 2 - 1;
}

function automatedIndex(text: TextCounts): f64 {
  if (text.words == 0) return 0;
  return 4.71 * text.charactersPerToken + 0.5 * text.wordsPerSentence - 21.43;
}

/** With 0.058 for letters per 100 words, as textstat had it for long; Coleman and Liau give 0.0588. */
function colemanLiau(text: TextCounts): f64 {
  if (text.words == 0 || text.letters == 0) return 0;
  return (5.8 * text.letters) / text.words - (29.6 * text.sentences) / text.words - 15.8;
}

function gulpease(text: TextCounts): f64 {
  if (text.words == 0) return 0;
  return (300.0 * text.sentences) / text.words - 10 * text.charactersPerToken + 89;
}
