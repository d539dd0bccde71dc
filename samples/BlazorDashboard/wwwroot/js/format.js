// Numbers as people read them, separate from their unit, for the crosshair. FormattedNumber.cs does the same for all others.
const prefixes = ["", "k", "M", "G", "T", "P"];
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

const formats = {
  percent: value => [value.toFixed(1), "%"],
  bytes: value => scaled(value, "B"),
  rate: value => scaled(value, "B/s"),
  persecond: value => [grouped.format(value), "/s"],
  ms: value => [value.toFixed(value < 10 ? 2 : 0), "ms"],
  load: value => [value.toFixed(2), ""],
  count: value => [grouped.format(value), ""],
};

export function format(kind, value) {
  return value === null || value === undefined ? ["–", ""] : formats[kind](value);
}

function scaled(value, unit) {
  let prefix = 0;
  // 999.5 would be written as 1000, so it gets the next unit.
  while (value >= 999.5 && prefix < prefixes.length - 1) {
    value /= 1000;
    prefix++;
  }
  const decimals = prefix === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return [value.toFixed(decimals), prefixes[prefix] + unit];
}
