/**
 * Letters of Cyrillic and Greek that are drawn like a Latin one, and digits and letters that are drawn like each
 * other. Names are forged with these two alphabets: both have a look-alike for most Latin letters, and both are on
 * ordinary keyboards. Wide, mathematical and circled letters are Latin ones to NFKC already.
 * https://www.unicode.org/Public/security/latest/confusables.txt
 */
const DRAWN_ALIKE: ReadonlyMap<string, string> = new Map(
  [
    ['a', 'АΑаα'],
    ['b', 'ВΒвβ'],
    ['c', 'СϹсϲ'],
    ['d', 'ԁ'],
    ['e', 'ЕΕеε'],
    ['g', 'ɡ'],
    ['h', 'НΗнһ'],
    ['i', 'ІΙӀіιıLl1|'],
    ['j', 'Јјϳ'],
    ['k', 'КΚкκ'],
    ['m', 'МΜм'],
    ['n', 'Νη'],
    ['o', 'ОΟоοσ0'],
    ['p', 'РΡрρ'],
    ['q', 'ԛ'],
    ['s', 'Ѕѕ5'],
    ['t', 'ТΤтτ'],
    ['u', 'υ'],
    ['v', 'νѵ'],
    ['w', 'ԝω'],
    ['x', 'ХΧхχ'],
    ['y', 'УΥҮуγү'],
    ['z', 'Ζζ2'],
  ].flatMap(([latin = '', others = '']) => [...others].map((other) => [other, latin] as const)),
);
const WRITTEN_ALIKE = [
  [/rn/g, 'm'],
  [/vv/g, 'w'],
] as const;

/** Equal for names that a reader may take for one another: case, accents, blanks, punctuation and drawn alike aside. */
function skeletonOf(text: string): string {
  const letters = text
    .toWellFormed()
    .normalize('NFKC')
    .normalize('NFKD')
    .replace(/[\p{M}\p{P}\p{Z}\p{C}\s]/gu, '');
  let skeleton = [...letters]
    .map((letter) => DRAWN_ALIKE.get(letter) ?? letter)
    .join('')
    .toLowerCase();
  for (const [alike, one] of WRITTEN_ALIKE) skeleton = skeleton.replace(alike, one);
  return skeleton;
}

/** Of a name as it is written and without its capitals: those of Greek are drawn like other letters than the small ones. */
function skeletonsOf(text: string): readonly string[] {
  return [skeletonOf(text), skeletonOf(text.toLowerCase())].filter((skeleton) => skeleton !== '');
}

/** The names of the workspace's own people, as far as they are known. */
export interface LocalNames {
  /** Takes the place of all that was known. */
  know(people: Iterable<{ readonly username: string; readonly name: string }>): void;
  /** Whether somebody local is called so, or so that one may be taken for the other. */
  looksLocal(name: string): boolean;
}

export function createLocalNames(): LocalNames {
  let known: ReadonlySet<string> = new Set();
  return {
    know(people) {
      const skeletons = new Set<string>();
      for (const { username, name } of people) {
        for (const skeleton of [...skeletonsOf(username), ...skeletonsOf(name)]) skeletons.add(skeleton);
      }
      known = skeletons;
    },
    looksLocal: (name) => skeletonsOf(name).some((skeleton) => known.has(skeleton)),
  };
}
