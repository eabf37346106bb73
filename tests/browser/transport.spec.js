// The map of the opening (www/transport.js), beside what is known of it in closed form: no page, no engine.

import { expect, test } from '@playwright/test';
import { carry, spread, velocity } from '../../www/transport.js';

const MIXTURE = [
  { mean: [-1.5, 1.1], deviation: 0.42, weight: 0.4 },
  { mean: [1.6, 0.5], deviation: 0.42, weight: 0.33 },
  { mean: [-0.1, -1.6], deviation: 0.42, weight: 0.27 },
];

test('one component alone is reached by an affine map: its mean and its deviation times the point', () => {
  const only = [{ mean: [1.2, -0.7], deviation: 0.5, weight: 1 }];
  for (const [x, y] of spread(40)) {
    const way = carry(only, [x, y], 64);
    expect(way[128]).toBeCloseTo(1.2 + 0.5 * x, 2);
    expect(way[129]).toBeCloseTo(-0.7 + 0.5 * y, 2);
  }
});

test('at the start the velocity is that towards the mean of the mixture', () => {
  const [u, v] = velocity(MIXTURE, 0, 0.3, -0.2);
  const mean = [0, 1].map((axis) => MIXTURE.reduce((sum, { mean, weight }) => sum + weight * mean[axis], 0));
  expect(u).toBeCloseTo(mean[0] - 0.3, 9);
  expect(v).toBeCloseTo(mean[1] + 0.2, 9);
});

test('a Gaussian is carried to the mixture: as many points to each component as it weighs, as wide as it is', () => {
  const ends = spread(4000).map((point) => carry(MIXTURE, point, 16).slice(-2));
  const distance = (end, { mean }) => Math.hypot(end[0] - mean[0], end[1] - mean[1]);
  const nearest = (end) => MIXTURE.reduce((best, component) => (distance(end, component) < distance(end, best) ? component : best));
  for (const component of MIXTURE) {
    const own = ends.filter((end) => nearest(end) === component);
    expect(Math.abs(own.length / ends.length - component.weight)).toBeLessThan(0.02);
    const square = own.reduce((sum, end) => sum + distance(end, component) ** 2, 0) / own.length;
    // Two coordinates, each of the component's variance.
    expect(Math.abs(Math.sqrt(square / 2) - component.deviation)).toBeLessThan(0.03);
  }
});

test('the points that are spread have the moments of the Gaussian', () => {
  const points = spread(2000);
  for (const axis of [0, 1]) {
    const mean = points.reduce((sum, point) => sum + point[axis], 0) / points.length;
    const square = points.reduce((sum, point) => sum + point[axis] ** 2, 0) / points.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(square).toBeCloseTo(1, 1);
  }
});
