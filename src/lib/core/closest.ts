/** Edit distance that counts a swap of two neighbours as one: the commonest typing mistake. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= b.length; column++) {
      const substitution = at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          (current[column - 1] ?? 0) + 1,
          substitution,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
};

/** Up to three of `known` that `typed` may have meant, the closest first. */
export const closest = (typed: string, known: readonly string[]): string[] =>
  known
    .map((word) => ({ word, far: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(
      ({ word, far }) =>
        far <= Math.max(1, Math.floor(word.length / 3)) || (typed.length > 1 && word.startsWith(typed)),
    )
    .toSorted((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ word }) => word);
