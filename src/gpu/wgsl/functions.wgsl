// Functions of four numbers that more than one kernel uses.

const NONE = 0u;
const SILU = 1u;
const TANH = 2u;

// Bounded, as an exponential or a hyperbolic tangent that overflows is another thing on each device.
fn silu(v: vec4f) -> vec4f {
    return v / (1.0 + exp(-max(v, vec4f(-80.0))));
}

fn activated(v: vec4f, activation: u32) -> vec4f {
    if (activation == SILU) { return silu(v); }
    if (activation == TANH) { return tanh(clamp(v, vec4f(-10.0), vec4f(10.0))); }
    return v;
}
