//! A trajectory under way.

use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

use super::gpu::Queue;
use super::home::{home, read, settled};
use super::plans::Drawing;
use crate::cards::ImageShape;
use crate::generator::{Choices, Trajectory};

/// A trajectory on a device of Burn's, or by a plan.
pub enum Trajectories {
    /// By Burn, on any device of its own.
    Burn(Box<dyn Trajectory>),
    /// By a plan, on WebGPU.
    Planned(Drawing),
}

/// A trajectory under way.
#[wasm_bindgen]
pub struct Run {
    trajectory: Trajectories,
    queue: Option<Queue>,
    /// How many steps the whole way takes.
    #[wasm_bindgen(readonly)]
    pub steps: usize,
    /// Pixels in a row.
    #[wasm_bindgen(readonly)]
    pub width: usize,
    /// Rows.
    #[wasm_bindgen(readonly)]
    pub height: usize,
    channels: usize,
}

impl Run {
    /// One that draws pictures of a shape.
    pub fn new(
        trajectory: Trajectories,
        ImageShape { width, height, channels }: ImageShape,
        queue: Option<Queue>,
    ) -> Self {
        let steps = match &trajectory {
            Trajectories::Burn(trajectory) => trajectory.steps(),
            Trajectories::Planned(drawing) => drawing.steps(),
        };
        Self { steps, trajectory, queue, width, height, channels }
    }
}

#[wasm_bindgen]
impl Run {
    /// Goes on by one step and renders nothing; false once there is none left.
    pub fn advance(&mut self) -> bool {
        match &mut self.trajectory {
            Trajectories::Burn(trajectory) => trajectory.advance(),
            Trajectories::Planned(drawing) => drawing.advance(),
        }
    }

    /// A promise that resolves when the device has done all that it was given so far.
    pub fn settled(&self) -> Promise {
        settled(self.queue.as_ref())
    }

    /// A promise of the RGBA bytes of the picture from where the way stands.
    pub fn picture(&mut self) -> Promise {
        match &mut self.trajectory {
            Trajectories::Burn(trajectory) => home(Some(trajectory.picture()), self.channels),
            Trajectories::Planned(drawing) => drawing.picture(),
        }
    }

    /// A promise of what the last step chose and from what, `{ alternatives, cumulative, u, chosen }`, or of `undefined`
    /// where the family makes no choices: for each choice, so many cumulative probabilities, and u.
    pub fn choices(&self) -> Promise {
        let choices = match &self.trajectory {
            Trajectories::Burn(trajectory) => trajectory.choices(),
            // Families that choose have no plan.
            Trajectories::Planned(_) => None,
        };
        future_to_promise(async move {
            let Some(Choices { cumulative, u, chosen }) = choices else { return Ok(JsValue::UNDEFINED) };
            let [.., alternatives] = cumulative.dims();
            let found = js_sys::Object::new();
            js_sys::Reflect::set(&found, &"alternatives".into(), &(alternatives as u32).into())?;
            for (name, values) in
                [("cumulative", read(cumulative).await?), ("u", read(u).await?), ("chosen", read(chosen).await?)]
            {
                js_sys::Reflect::set(&found, &name.into(), &js_sys::Float32Array::from(values.as_slice()))?;
            }
            Ok(found.into())
        })
    }

    /// A promise of the RGBA bytes of the final picture as it was predicted at the last step, or of `undefined`
    /// where the family predicts none.
    pub fn predicted(&mut self) -> Promise {
        match &mut self.trajectory {
            Trajectories::Burn(trajectory) => home(trajectory.predicted(), self.channels),
            Trajectories::Planned(drawing) => drawing.predicted(),
        }
    }
}
