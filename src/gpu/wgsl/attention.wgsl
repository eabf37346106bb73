// Scaled dot-product attention of each pixel to all (arXiv 1706.03762, equation 1), a head and 8 queries a workgroup. A pixel's
// queries, keys and values lie one after the other in its channels, each head by head.
//
// Constants: PIXELS, HEADS, WIDTH (of the output, in Numbers). A Number is EACH channels, four where a head's allow, or one;
// `total` adds them up.

@group(0) @binding(0) var<storage, read> x: array<Number>; // [image][pixel][queries, keys, values]
@group(0) @binding(1) var<storage, read_write> y: array<Number>; // [image][pixel][channel]

const LANES = 128u;
const TEAM = 16u; // lanes a query
const SIZE = WIDTH / HEADS; // of a head

var<workgroup> scores: array<f32, 8u * PIXELS>;
var<workgroup> found: array<f32, LANES>; // what each lane has found

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let member = lane % TEAM;
    let team = lane - member;
    let asked = workgroup.x * 8u + lane / TEAM;
    let query = min(asked, PIXELS - 1u); // past the last one nothing is written
    let head = workgroup.z * PIXELS * 3u * WIDTH + workgroup.y * SIZE;
    let row = lane / TEAM * PIXELS;

    var most = -3e38;
    for (var key = member; key < PIXELS; key += TEAM) {
        var products = Number();
        for (var i = 0u; i < SIZE; i++) {
            products += x[head + query * 3u * WIDTH + i] * x[head + (key * 3u + 1u) * WIDTH + i];
        }
        let score = total(products) * inverseSqrt(f32(SIZE * EACH));
        scores[row + key] = score;
        most = max(most, score);
    }
    found[lane] = most;
    workgroupBarrier();
    for (var i = 0u; i < TEAM; i++) { most = max(most, found[team + i]); }
    workgroupBarrier();

    var sum = 0.0;
    for (var key = member; key < PIXELS; key += TEAM) {
        let share = exp(scores[row + key] - most);
        scores[row + key] = share;
        sum += share;
    }
    found[lane] = sum;
    workgroupBarrier();
    sum = 0.0;
    for (var i = 0u; i < TEAM; i++) { sum += found[team + i]; }

    for (var i = member; i < SIZE; i += TEAM) {
        var value = Number();
        for (var key = 0u; key < PIXELS; key++) {
            value += scores[row + key] * x[head + (key * 3u + 2u) * WIDTH + i];
        }
        if (asked < PIXELS) {
            y[(workgroup.z * PIXELS + asked) * WIDTH + workgroup.y * SIZE + i] = value / sum;
        }
    }
}
