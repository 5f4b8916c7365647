/**
 * What the auditor says, in both languages. The English words are those of `hanpyo audit`, so that
 * two auditors written apart can be held against each other word by word.
 */

export interface Text {
  readonly en: string;
  readonly ko: string;
}

/** One thing said in English and Korean. */
export function say(en: string, ko: string): Text {
  return { en, ko };
}

/** Words that are the same in both languages: names, numbers, hashes. */
export function same(words: string): Text {
  return { en: words, ko: words };
}

/** Several texts one after another. */
export function join(separator: string, ...texts: readonly Text[]): Text {
  return {
    en: texts.map((text) => text.en).join(separator),
    ko: texts.map((text) => text.ko).join(separator),
  };
}

/** A truth as it is written in reports. */
export function truth(value: boolean): Text {
  return value ? say("True", "예") : say("False", "아니요");
}
