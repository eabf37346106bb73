// Sums and sums of squares of each group of 8 channels of a map that came from elsewhere, a group a workgroup.
//
// Constants: PIXELS, CHANNELS.

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec2f>; // [image][group]

const LANES = 128u;
const GROUP = 8u;

var<workgroup> pairs: array<vec2f, LANES>;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    var pair = vec2f();
    for (var i = lane; i < GROUP * PIXELS; i += LANES) {
        let v = x[(workgroup.z * PIXELS + i / GROUP) * CHANNELS + workgroup.x * GROUP + i % GROUP];
        pair += vec2f(v, v * v);
    }
    pairs[lane] = pair;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) { pairs[lane] += pairs[lane + half]; }
    }
    if (lane == 0u) { sums[workgroup.z * (CHANNELS / GROUP) + workgroup.x] = pairs[0]; }
}
