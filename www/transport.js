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
  let [most, sum, u, v] = [-Infinity, 0, 0, 0];
  // Plain loops: this runs thousands of times a frame.
  for (const component of mixture) most = Math.max(most, logOf(component, t, x, y));
  for (const component of mixture) {
    const { mean, deviation } = component;
    const responsibility = Math.exp(logOf(component, t, x, y) - most);
    const pull = (t * deviation * deviation - (1 - t)) / varianceAt(deviation, t);
    sum += responsibility;
    u += responsibility * (mean[0] + pull * (x - t * mean[0]));
    v += responsibility * (mean[1] + pull * (y - t * mean[1]));
  }
  return [u / sum, v / sum];
}

/** @param {number} deviation @param {number} t */
function varianceAt(deviation, t) {
  return (1 - t) * (1 - t) + t * t * deviation * deviation;
}

/**
 * The logarithm of what a component weighs at a place, but for a constant.
 * @param {Component} component
 * @param {number} t
 * @param {number} x
 * @param {number} y
 */
function logOf({ mean, deviation, weight }, t, x, y) {
  const variance = varianceAt(deviation, t);
  const [dx, dy] = [x - t * mean[0], y - t * mean[1]];
  return Math.log(weight / variance) - (dx * dx + dy * dy) / (2 * variance);
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
    places[2 * i] = x;
    places[2 * i + 1] = y;
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
