/** The value below which `share` (0 to 1) of the sorted `values` lie, between two of them by linear interpolation. */
export function quantile(values, share) {
  if (values.length === 0) throw new RangeError('quantile of nothing');
  const sorted = Float64Array.from(values).sort();
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** The middle of `values` and how far they spread: a mean would follow the rounds in which another process had the core. */
export function summarize(values) {
  return {
    median: quantile(values, 0.5),
    q1: quantile(values, 0.25),
    q3: quantile(values, 0.75),
    min: quantile(values, 0),
    max: quantile(values, 1),
  };
}

/** Each value over the base of the same round, so that what slowed a whole round cancels out. */
export function ratios(values, base) {
  if (values.length !== base.length) throw new RangeError(`${values.length} values, ${base.length} to compare with`);
  return values.map((value, round) => value / base[round]);
}

/**
 * `items` in an order drawn with `random` (0 to below 1). A fixed order would always let the same one pay for what the
 * one before it left to the kernel: a closed socket's memory is freed later.
 */
export function shuffled(items, random = Math.random) {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
