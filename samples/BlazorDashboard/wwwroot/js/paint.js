// Draws on the next animation frame, once however often it was asked for. A hidden page has no frames, so it draws nothing.
const waiting = new Set();

export function paint(draw) {
  if (waiting.size === 0) requestAnimationFrame(drawAll);
  waiting.add(draw);
}

function drawAll() {
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) draw();
}
