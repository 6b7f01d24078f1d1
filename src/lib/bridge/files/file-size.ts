const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `512 B`, `1.5 KiB`, `10 MiB`: binary units, one digit after a point at most, the same in every locale. */
export function fileSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (rounded(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${rounded(value)} ${UNITS[unit]}`;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** Both sizes so that one sees that they differ: in bytes where rounding would make them the same. */
export function differingSizes(one: number, other: number): readonly [string, string] {
  const short = [fileSize(one), fileSize(other)] as const;
  return short[0] === short[1] ? [`${grouped(one)} bytes`, `${grouped(other)} bytes`] : short;
}

const grouped = (bytes: number): string => String(bytes).replaceAll(/\B(?=(\d{3})+$)/g, ',');
