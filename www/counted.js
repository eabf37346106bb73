// Counts the bytes of a response as they pass, for progress.

/**
 * The body of a good response as a stream that reports the bytes that pass.
 * @param {Response} response
 * @param {string} name
 * @param {(received: number, total: number | null) => void} report
 * @param {number} [expected] how many bytes there should be, where that is known
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function counted(response, name, report, expected) {
  if (!response.ok || !response.body) {
    throw new Error(`${name} could not be fetched (${response.status} ${response.statusText})`.replace(' )', ')'));
  }
  // With a content encoding the length is that of the compressed bytes, which nobody here sees.
  const length = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
  const total = expected ?? (length === null ? null : Number(length));
  let received = 0;
  report(received, total);
  return response.body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        received += chunk.byteLength;
        report(received, total);
        controller.enqueue(chunk);
      },
      flush: () => report(received, received),
    }),
  );
}
