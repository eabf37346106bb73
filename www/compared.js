// How far two pictures of one size are from each other.

/** How many times as strong the difference is shown. */
const STRONGER = 8;

/**
 * The difference of two pictures, shown on grey, and its mean and largest absolute value in levels.
 * @param {ImageData} one
 * @param {ImageData} other
 */
export function compared(one, other) {
  const image = new ImageData(one.width, one.height);
  let [sum, most] = [0, 0];
  for (let i = 0; i < one.data.length; i++) {
    if (i % 4 === 3) {
      image.data[i] = 255;
      continue;
    }
    const levels = other.data[i] - one.data[i];
    sum += Math.abs(levels);
    most = Math.max(most, Math.abs(levels));
    image.data[i] = 127.5 + STRONGER * levels;
  }
  return { image, mean: sum / (0.75 * one.data.length), most };
}
