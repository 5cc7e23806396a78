// Answers no order for T1, ends on T2, and answers the others.
process.on('message', ({ id }) => {
  if (id === 'T2') process.exit(3);
  if (id !== 'T1') process.send({ result: { id, verdict: 'confirmed', pid: process.pid } });
});
