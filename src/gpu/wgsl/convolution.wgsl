// Convolutions of side 1 and 3, with what stands before and after them. Maps lie as [image][row][column][channel].
//
// A workgroup makes 4x4 pixels of 16 channels. Its lanes lay what these see of the input in its memory, normalized and activated
// once, in portions of PORTION quads (of four channels). Then each lane adds up an eighth of the terms of 4 pixels in a row
// by 4 channels, and at last the eighths are added. Of what is written, the workgroup also gives the sums and sums of
// squares of each group of channels, which the next norm needs.
//
// A convolution of side 1 sees its pixels as rows of four, whatever shape they have.
//
// Constants: SIDE, STRIDE, DOUBLED; HEIGHT, WIDTH, PIXELS of the output; IN_WIDTH, IN_PIXELS of the input as it lies;
// CHANNELS_IN, FIRST (of them in x; the rest in `other`), CHANNELS_OUT; NORM, ACTIVATION, MODULATED, PARTS before it;
// SKIP, AFTER, SUMS, UNFOLD (into blocks of 2x2 pixels of a map UNFOLD_WIDTH wide) after it; PORTION, MEMORY, PAIRS.

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> other: array<f32>; // scales and shifts that modulate, or the channels after x's
@group(0) @binding(2) var<storage, read> statistics: array<vec2f>; // [image][part][group]
@group(0) @binding(3) var<storage, read> weight: array<mat4x4f>; // [tap][quad in][quad out], columns by channel in
@group(0) @binding(4) var<storage, read> parameters: array<f32>; // bias, then the norm's factors and shifts
@group(0) @binding(5) var<storage, read> skip: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
@group(0) @binding(7) var<storage, read_write> sums: array<vec2f>; // [image][tile][group]

const LANES = 128u;
const SLICES = 8u;
const PAD = SIDE / 2u;
const SPAN = 3u * STRIDE + SIDE; // of a tile's input, on a side
const QUADS_IN = (CHANNELS_IN + 3u) / 4u;
const QUADS_OUT = (CHANNELS_OUT + 3u) / 4u;
const TILES_ACROSS = (WIDTH + 3u) / 4u;
const TILES = TILES_ACROSS * ((HEIGHT + 3u) / 4u);
const GROUP = 8u;
const GROUPS_IN = CHANNELS_IN / GROUP;
const GROUPS_OUT = CHANNELS_OUT / GROUP;
const UP = 1u + DOUBLED;

var<workgroup> memory: array<vec4f, MEMORY>; // the tile's input, and then the lanes' sums
var<workgroup> factors: array<f32, 4u * QUADS_IN>; // of the norm and its modulation
var<workgroup> shifts: array<f32, 4u * QUADS_IN>;
var<workgroup> pairs: array<vec2f, PAIRS>;

// What norm and modulation do to each channel, from the statistics of the input's parts.
fn prepare(image: u32, lane: u32) {
    for (var i = lane; i < 8u * GROUPS_IN; i += LANES) {
        var sum = vec2f();
        for (var part = i % 8u; part < PARTS; part += 8u) {
            sum += statistics[(image * PARTS + part) * GROUPS_IN + i / 8u];
        }
        pairs[i] = sum;
    }
    workgroupBarrier();
    for (var c = lane; c < CHANNELS_IN; c += LANES) {
        var sum = vec2f();
        for (var i = 0u; i < 8u; i++) { sum += pairs[c / GROUP * 8u + i]; }
        let mean = sum / f32(GROUP * IN_PIXELS);
        let factor = parameters[4u * QUADS_OUT + c] * inverseSqrt(max(mean.y - mean.x * mean.x, 0.0) + 1e-5);
        let shift = parameters[4u * QUADS_OUT + CHANNELS_IN + c] - factor * mean.x;
        var modulation = vec2f(1.0, 0.0);
        if (MODULATED == 1u) {
            let row = image * 2u * CHANNELS_IN + c;
            modulation = vec2f(1.0 + other[row], other[row + CHANNELS_IN]);
        }
        factors[c] = factor * modulation.x;
        shifts[c] = shift * modulation.x + modulation.y;
    }
    workgroupBarrier();
}

// One channel of a pixel of the input, as it lies.
fn channel(image: u32, pixel: u32, c: u32) -> f32 {
    if (c < FIRST) { return x[(image * IN_PIXELS + pixel) * FIRST + c]; }
    if (c < CHANNELS_IN) { return other[(image * IN_PIXELS + pixel) * (CHANNELS_IN - FIRST) + c - FIRST]; }
    return 0.0;
}

// Four channels of a pixel of the input as the taps see it; zeros beyond the edge, where what is below zero wraps to.
fn seen(image: u32, row: u32, column: u32, quad: u32) -> vec4f {
    let pixel = row / UP * IN_WIDTH + column / UP;
    if (row >= IN_PIXELS * UP || column >= IN_WIDTH * UP || pixel >= IN_PIXELS) { return vec4f(); }
    let c = 4u * quad;
    var v = vec4f(
        channel(image, pixel, c),
        channel(image, pixel, c + 1u),
        channel(image, pixel, c + 2u),
        channel(image, pixel, c + 3u),
    );
    if (NORM == 1u) {
        v = v * vec4f(factors[c], factors[c + 1u], factors[c + 2u], factors[c + 3u])
            + vec4f(shifts[c], shifts[c + 1u], shifts[c + 2u], shifts[c + 3u]);
    }
    return activated(v, ACTIVATION);
}

// Where a number of the output goes.
fn place(image: u32, pixel: u32, c: u32) -> u32 {
    if (UNFOLD == 1u) {
        let row = pixel / UNFOLD_WIDTH * 2u + c % 4u / 2u;
        let column = pixel % UNFOLD_WIDTH * 2u + c % 2u;
        return (image * 4u * PIXELS + row * 2u * UNFOLD_WIDTH + column) * (CHANNELS_OUT / 4u) + c / 4u;
    }
    return (image * PIXELS + pixel) * CHANNELS_OUT + c;
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let image = workgroup.z;
    let tile = vec2u(workgroup.x / TILES_ACROSS, workgroup.x % TILES_ACROSS) * 4u;
    if (NORM == 1u) { prepare(image, lane); }

    let slice = lane / 16u;
    let row = lane / 4u % 4u;
    let quad = workgroup.y * 4u + lane % 4u;
    var sum = array<vec4f, 4>();
    for (var first = 0u; first < QUADS_IN; first += PORTION) {
        workgroupBarrier();
        for (var i = lane; i < SPAN * SPAN * PORTION; i += LANES) {
            let cell = i / PORTION;
            let at = tile * STRIDE + vec2u(cell / SPAN, cell % SPAN) - PAD;
            memory[i] = seen(image, at.x, at.y, first + i % PORTION);
        }
        workgroupBarrier();
        if (quad < QUADS_OUT) {
            // Rows of taps of quads, dealt to the slices.
            for (var i = slice; i < SIDE * min(PORTION, QUADS_IN - first); i += SLICES) {
                let q = i / SIDE;
                let tap_row = i % SIDE;
                for (var tap = 0u; tap < SIDE; tap++) {
                    let w = weight[((tap_row * SIDE + tap) * QUADS_IN + first + q) * QUADS_OUT + quad];
                    let at = ((row * STRIDE + tap_row) * SPAN + tap) * PORTION + q;
                    sum[0] += w * memory[at];
                    sum[1] += w * memory[at + STRIDE * PORTION];
                    sum[2] += w * memory[at + 2u * STRIDE * PORTION];
                    sum[3] += w * memory[at + 3u * STRIDE * PORTION];
                }
            }
        }
    }

    workgroupBarrier();
    for (var column = 0u; column < 4u; column++) {
        memory[slice * 64u + (row * 4u + column) * 4u + lane % 4u] = sum[column];
    }
    workgroupBarrier();
    if (lane < 64u) {
        let at = tile + vec2u(lane / 16u, lane / 4u % 4u);
        let pixel = at.x * WIDTH + at.y;
        var pair = vec2f();
        if (at.x < HEIGHT && at.y < WIDTH && pixel < PIXELS && quad < QUADS_OUT) {
            let c = 4u * quad;
            var v = vec4f(parameters[c], parameters[c + 1u], parameters[c + 2u], parameters[c + 3u]);
            for (var i = 0u; i < SLICES; i++) { v += memory[i * 64u + lane]; }
            let there = min(4u, CHANNELS_OUT - c);
            if (SKIP == 1u) {
                for (var i = 0u; i < there; i++) { v[i] += skip[(image * PIXELS + pixel) * CHANNELS_OUT + c + i]; }
            }
            v = activated(v, AFTER);
            for (var i = 0u; i < there; i++) { y[place(image, pixel, c + i)] = v[i]; }
            pair = vec2f(dot(v, vec4f(1.0)), dot(v, v));
        }
        if (SUMS == 1u) { pairs[lane] = pair; }
    }
    if (SUMS == 1u) {
        // By pixels first: two of the four quads are one group.
        for (var half = 32u; half >= 4u; half /= 2u) {
            workgroupBarrier();
            if (lane < half) { pairs[lane] += pairs[lane + half]; }
        }
        workgroupBarrier();
        let group = workgroup.y * 2u + lane;
        if (lane < 2u && group < GROUPS_OUT) {
            sums[(image * TILES + workgroup.x) * GROUPS_OUT + group] = pairs[2u * lane] + pairs[2u * lane + 1u];
        }
    }
}
