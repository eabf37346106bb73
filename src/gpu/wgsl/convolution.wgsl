// Convolutions of side 1 and 3, with what stands before and after them. Maps lie as [image][row][column][channel].
//
// A workgroup makes ROWS rows of 4 pixels of QUADS quads (of four channels). Its lanes lay what these see of the input in its
// memory, normalized and activated once, in portions of PORTION quads. Then each lane adds up a slice of the terms of 4 pixels
// in a row by 4 channels, and at last the slices are added, in ROUNDS. Of what is written, the workgroup also gives the sums
// and sums of squares of each group of channels, which the next norm needs.
//
// A convolution of side 1 sees its pixels as rows of four, whatever shape they have.
//
// Constants: SIDE, STRIDE, DOUBLED; HEIGHT, WIDTH, PIXELS of the output; IN_WIDTH, IN_PIXELS of the input as it lies;
// CHANNELS_IN, FIRST (of them in x; the rest in `other`), CHANNELS_OUT; NORM, ACTIVATION, MODULATED, PARTS before it;
// SKIP, AFTER, SUMS, UNFOLD (into blocks of 2x2 pixels of a map UNFOLD_WIDTH wide) after it; LANES, ROWS, QUADS, PORTION,
// ROUNDS, MEMORY. A map lies in quads where its channels allow: FOURS_IN, FOURS_OUT and the types In, Skip, Out say so.

@group(0) @binding(0) var<storage, read> x: array<In>;
@group(0) @binding(1) var<storage, read> other: array<In>; // scales and shifts that modulate, or the channels after x's
@group(0) @binding(2) var<storage, read> statistics: array<vec2f>; // [image][part][group]
@group(0) @binding(3) var<storage, read> weight: array<mat4x4f>; // [tap][quad in][quad out], columns by channel in
@group(0) @binding(4) var<storage, read> parameters: array<vec4f>; // bias, then the norm's factors and shifts
@group(0) @binding(5) var<storage, read> skip: array<Skip>;
@group(0) @binding(6) var<storage, read_write> y: array<Out>;
@group(0) @binding(7) var<storage, read_write> sums: array<vec2f>; // [image][tile][group]

const OWN = ROWS * QUADS; // lanes of a slice
const SLICES = LANES / OWN;
const COLUMNS = 4u / ROUNDS; // whose slices are added at a time
const MADE = 4u * OWN; // quads that the workgroup makes
const PAD = SIDE / 2u;
const SPAN = 3u * STRIDE + SIDE; // of a tile's input, across
const CELLS = ((ROWS - 1u) * STRIDE + SIDE) * SPAN;
const QUADS_IN = (CHANNELS_IN + 3u) / 4u;
const QUADS_OUT = (CHANNELS_OUT + 3u) / 4u;
const TILES_ACROSS = (WIDTH + 3u) / 4u;
const TILES = TILES_ACROSS * ((HEIGHT + ROWS - 1u) / ROWS);
const GROUP = 8u;
const GROUPS_IN = CHANNELS_IN / GROUP;
const GROUPS_OUT = CHANNELS_OUT / GROUP;
const UP = 1u + DOUBLED;

// The statistics' sums, then the tile's input, then the lanes' sums, then those of the output.
var<workgroup> memory: array<vec4f, MEMORY>;
var<workgroup> factors: array<vec4f, select(1u, QUADS_IN, NORM == 1u)>; // of the norm and its modulation
var<workgroup> shifts: array<vec4f, select(1u, QUADS_IN, NORM == 1u)>;

// What norm and modulation do to each channel, from the statistics of the input's parts.
fn prepare(image: u32, lane: u32) {
    for (var i = lane; i < 8u * GROUPS_IN; i += LANES) {
        var sum = vec2f();
        for (var part = i % 8u; part < PARTS; part += 8u) {
            sum += statistics[(image * PARTS + part) * GROUPS_IN + i / 8u];
        }
        memory[i] = vec4f(sum, 0.0, 0.0);
    }
    workgroupBarrier();
    for (var quad = lane; quad < QUADS_IN; quad += LANES) {
        var sum = vec2f();
        for (var i = 0u; i < 8u; i++) { sum += memory[quad / 2u * 8u + i].xy; }
        let mean = sum / f32(GROUP * IN_PIXELS);
        let factor = parameters[QUADS_OUT + quad] * inverseSqrt(max(mean.y - mean.x * mean.x, 0.0) + 1e-5);
        let shift = parameters[QUADS_OUT + QUADS_IN + quad] - factor * mean.x;
        if (MODULATED == 1u) {
            let row = image * 2u * QUADS_IN + quad;
            let scale = 1.0 + vec4f(other[row]);
            factors[quad] = factor * scale;
            shifts[quad] = shift * scale + vec4f(other[row + QUADS_IN]);
        } else {
            factors[quad] = factor;
            shifts[quad] = shift;
        }
    }
}

// One channel of a pixel of the input, where it does not lie in quads.
fn channel(pixel: u32, c: u32) -> f32 {
    if (c < FIRST) { return vec4f(x[pixel * FIRST + c]).x; }
    if (c < CHANNELS_IN) { return vec4f(other[pixel * (CHANNELS_IN - FIRST) + c - FIRST]).x; }
    return 0.0;
}

// Four channels of a pixel of all images' input, as they lie.
fn four(pixel: u32, quad: u32) -> vec4f {
    if (FOURS_IN == 1u) {
        if (quad < FIRST / 4u) { return vec4f(x[pixel * (FIRST / 4u) + quad]); }
        return vec4f(other[pixel * ((CHANNELS_IN - FIRST) / 4u) + quad - FIRST / 4u]);
    }
    let c = 4u * quad;
    return vec4f(channel(pixel, c), channel(pixel, c + 1u), channel(pixel, c + 2u), channel(pixel, c + 3u));
}

// The same as the taps see them; zeros beyond the edge, where what is below zero wraps to.
fn seen(image: u32, row: u32, column: u32, quad: u32) -> vec4f {
    let pixel = row / UP * IN_WIDTH + column / UP;
    if (row >= IN_PIXELS * UP || column >= IN_WIDTH * UP || pixel >= IN_PIXELS || quad >= QUADS_IN) { return vec4f(); }
    var v = four(image * IN_PIXELS + pixel, quad);
    if (NORM == 1u) { v = v * factors[quad] + shifts[quad]; }
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

// Four channels of a pixel of the output, from their sums to where they go; what they then are.
fn put(image: u32, pixel: u32, quad: u32, sum: vec4f) -> vec4f {
    let there = min(4u, CHANNELS_OUT - 4u * quad);
    let at = image * PIXELS + pixel;
    var v = sum + parameters[quad];
    if (SKIP == 1u) {
        if (CHANNELS_OUT % 4u == 0u) {
            v += vec4f(skip[at * QUADS_OUT + quad]);
        } else {
            for (var i = 0u; i < there; i++) { v[i] += vec4f(skip[at * CHANNELS_OUT + 4u * quad + i]).x; }
        }
    }
    v = activated(v, AFTER);
    if (FOURS_OUT == 1u) {
        y[at * QUADS_OUT + quad] = part(v, 0u);
    } else {
        for (var i = 0u; i < there; i++) { y[place(image, pixel, 4u * quad + i)] = part(v, i); }
    }
    return v;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let image = workgroup.z;
    let tile = vec2u(workgroup.x / TILES_ACROSS * ROWS, workgroup.x % TILES_ACROSS * 4u);
    if (NORM == 1u) { prepare(image, lane); }

    let slice = lane / OWN;
    let row = lane / QUADS % ROWS;
    let quad = workgroup.y * QUADS + lane % QUADS;
    var sum = array<vec4f, 4>();
    for (var first = 0u; first < QUADS_IN; first += PORTION) {
        workgroupBarrier();
        for (var i = lane; i < CELLS * PORTION; i += LANES) {
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

    // The lane's quad of the output, by column, row and channels.
    let own = lane % OWN;
    let column = lane / OWN;
    var v = vec4f();
    for (var round = 0u; round < ROUNDS; round++) {
        workgroupBarrier();
        for (var i = 0u; i < COLUMNS; i++) { memory[(slice * COLUMNS + i) * OWN + own] = sum[round * COLUMNS + i]; }
        workgroupBarrier();
        if (column / COLUMNS == round) {
            for (var i = 0u; i < SLICES; i++) { v += memory[(i * COLUMNS + column % COLUMNS) * OWN + own]; }
        }
    }
    let at = tile + vec2u(row, column);
    let pixel = at.x * WIDTH + at.y;
    let is_there = lane < MADE && at.x < HEIGHT && at.y < WIDTH && pixel < PIXELS && quad < QUADS_OUT;
    if (is_there) { v = put(image, pixel, quad, v); }
    if (SUMS == 1u) {
        workgroupBarrier();
        if (lane < MADE) { memory[lane] = select(vec4f(), vec4f(dot(v, vec4f(1.0)), dot(v, v), 0.0, 0.0), is_there); }
        // By pixels first: two of the quads are one group.
        for (var half = MADE / 2u; half >= QUADS; half /= 2u) {
            workgroupBarrier();
            if (lane < half) { memory[lane] += memory[lane + half]; }
        }
        workgroupBarrier();
        let group = workgroup.y * (QUADS / 2u) + lane;
        if (lane < QUADS / 2u && group < GROUPS_OUT) {
            sums[(image * TILES + workgroup.x) * GROUPS_OUT + group] = (memory[2u * lane] + memory[2u * lane + 1u]).xy;
        }
    }
}
