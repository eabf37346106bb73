// A step along a rectified flow from what the network answered: guidance, the next x for each question, and the clean picture
// as it was predicted, a number a lane.
//
// Constants: SIZE (numbers of x), QUESTIONS (1 or 2).

@group(0) @binding(0) var<storage, read> answers: array<f32>; // [question][number], under the condition and under any
@group(0) @binding(1) var<storage, read> how: array<f32>; // guidance, factors of x, v, the v before and noise, and t
@group(0) @binding(2) var<storage, read> noise: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>; // [question][number]
@group(0) @binding(4) var<storage, read_write> before: array<f32>;
@group(0) @binding(5) var<storage, read_write> predicted: array<f32>;

@compute @workgroup_size(128)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i = id.x;
    if (i >= SIZE) { return; }
    var v = answers[i];
    if (QUESTIONS == 2u) {
        let any = answers[SIZE + i];
        v = any + (v - any) * how[0];
    }
    let here = x[i];
    var next = how[1] * here + how[2] * v;
    if (how[3] != 0.0) { next += how[3] * before[i]; }
    if (how[4] != 0.0) { next += how[4] * noise[i]; }
    before[i] = v;
    // Below zero it is asked on the way of a step.
    if (how[5] >= 0.0) { predicted[i] = here - how[5] * v; }
    for (var question = 0u; question < QUESTIONS; question++) { x[question * SIZE + i] = next; }
}
