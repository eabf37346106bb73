// The map that needs no weights: the probability flow that carries the standard Gaussian of the plane to a mixture of Gaussians.

/** A component: its mean, its standard deviation and its weight; the weights of a mixture sum to 1. @typedef {{ mean: [number, number], deviation: number, weight: number }} Component */

/**
 * The velocity at `(x, y)` and time `t` in [0, 1] of the flow whose marginals are those of (1 − t) z + t x₁, with z of the standard
 * Gaussian and x₁ of the mixture: the conditional mean of x₁ − z. Lipman et al., "Flow Matching for Generative Modeling"
 * (arXiv 2210.02747), equation 8, for which a mixture has a closed form.
 * @param {Component[]} mixture
 * @param {number} t
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]}
 */
export function velocity(mixture, t, x, y) {
  const logs = mixture.map(({ mean, deviation, weight }) => {
    const variance = (1 - t) ** 2 + (t * deviation) ** 2;
    const square = (x - t * mean[0]) ** 2 + (y - t * mean[1]) ** 2;
    return Math.log(weight / variance) - square / (2 * variance);
  });
  const most = Math.max(...logs);
  const [sum, u, v] = mixture.reduce(
    ([sum, u, v], { mean, deviation }, k) => {
      const responsibility = Math.exp(logs[k] - most);
      const pull = (t * deviation ** 2 - (1 - t)) / ((1 - t) ** 2 + (t * deviation) ** 2);
      return [
        sum + responsibility,
        u + responsibility * (mean[0] + pull * (x - t * mean[0])),
        v + responsibility * (mean[1] + pull * (y - t * mean[1])),
      ];
    },
    [0, 0, 0],
  );
  return [u / sum, v / sum];
}

/**
 * Where a point of the Gaussian is carried, and by which way: its places at the times 0, 1 / steps, … 1, two numbers each, by Heun's
 * method (Karras et al., arXiv 2206.00364, algorithm 1).
 * @param {Component[]} mixture
 * @param {[number, number]} point
 * @param {number} steps
 */
export function carry(mixture, [x, y], steps) {
  const places = new Float32Array(2 * (steps + 1));
  const step = 1 / steps;
  places.set([x, y]);
  for (let i = 1; i <= steps; i++) {
    const [u, v] = velocity(mixture, (i - 1) * step, x, y);
    const [p, q] = velocity(mixture, i * step, x + step * u, y + step * v);
    x += (step * (u + p)) / 2;
    y += (step * (v + q)) / 2;
    places.set([x, y], 2 * i);
  }
  return places;
}

/**
 * Points of the standard Gaussian of the plane, spread evenly over it: a sunflower's spiral, its radii those of equal shares
 * (the quantile function of the Rayleigh distribution).
 * @param {number} count
 * @returns {[number, number][]}
 */
export function spread(count) {
  const golden = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: count }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - (i + 0.5) / count));
    return [radius * Math.cos(i * golden), radius * Math.sin(i * golden)];
  });
}
