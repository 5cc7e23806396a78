// Answers no order for T1, ends on T2, and answers the others: T7 only where it is the first order of its process and alone.
const ids = new Set();

process.on('message', ({ id, order }) => {
  ids.add(order.id);
  if (order.id === 'T2') process.exit(3);
  const result = { id: order.id, verdict: 'confirmed', pid: process.pid };
  if (order.id !== 'T1' && order.id !== 'T7') process.send({ id, answer: { result } });
  if (order.id === 'T7') setImmediate(() => ids.size === 1 && process.send({ id, answer: { result } }));
});
