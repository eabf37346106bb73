// What moves numbers, or changes each by itself, where no convolution takes it along: a number a lane.
//
// Constants: KIND; HEIGHT, WIDTH, CHANNELS of the output; FIRST (of the channels in x; the rest in `other`); NORM, PARTS,
// ACTIVATION.

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> other: array<f32>;
@group(0) @binding(2) var<storage, read> statistics: array<vec2f>; // [image][part][group]
@group(0) @binding(3) var<storage, read> parameters: array<f32>; // the norm's factors and shifts
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

const SAME = 0u;
const DEPTH_TO_SPACE = 1u;
const SPACE_TO_DEPTH = 2u;
const DOUBLED = 3u;
const PIXELS = HEIGHT * WIDTH;
const GROUP = 8u;

fn source(image: u32, row: u32, column: u32, c: u32) -> f32 {
    switch KIND {
        case DEPTH_TO_SPACE: {
            let pixel = (image * HEIGHT / 2u + row / 2u) * (WIDTH / 2u) + column / 2u;
            return x[pixel * 4u * CHANNELS + 4u * c + row % 2u * 2u + column % 2u];
        }
        case SPACE_TO_DEPTH: {
            let pixel = (image * 2u * HEIGHT + 2u * row + c % 4u / 2u) * (2u * WIDTH) + 2u * column + c % 2u;
            return x[pixel * (CHANNELS / 4u) + c / 4u];
        }
        case DOUBLED: {
            return x[((image * HEIGHT / 2u + row / 2u) * (WIDTH / 2u) + column / 2u) * CHANNELS + c];
        }
        default: {
            let pixel = (image * HEIGHT + row) * WIDTH + column;
            if (c < FIRST) { return x[pixel * FIRST + c]; }
            return other[pixel * (CHANNELS - FIRST) + c - FIRST];
        }
    }
}

@compute @workgroup_size(128)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= PIXELS * CHANNELS) { return; }
    let image = id.z;
    let c = id.x % CHANNELS;
    let pixel = id.x / CHANNELS;
    var v = source(image, pixel / WIDTH, pixel % WIDTH, c);
    if (NORM == 1u) {
        var sum = vec2f();
        for (var part = 0u; part < PARTS; part++) {
            sum += statistics[(image * PARTS + part) * (CHANNELS / GROUP) + c / GROUP];
        }
        let mean = sum / f32(GROUP * PIXELS);
        let factor = parameters[c] * inverseSqrt(max(mean.y - mean.x * mean.x, 0.0) + 1e-5);
        v = (v - mean.x) * factor + parameters[CHANNELS + c];
    }
    y[image * PIXELS * CHANNELS + id.x] = activated(vec4f(v), ACTIVATION).x;
}
