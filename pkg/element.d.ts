/**
 * `<push-forward model="vae-fashion" seed="42" of-class="3">`: a picture in a page, drawn when it is first seen, and anew when
 * its attributes change. These are the properties of a link (see `State`), of which `class` and `style`, which mean something
 * else in HTML, are called `of-class` and `of-style`; `lang` is HTML's own. `base` says where the engine's files lie, if not where
 * the package has them (see `EngineOptions`). A screen reader hears what it shows, or the `aria-label` that you give it. Its size is that of any other box: `push-forward { width: 280px; }`.
 *
 * With `view` (see `View`) it is a figure to work with, which draws while it is in sight; `models` are those of a race, with spaces
 * between them. What a hand changes, `link` says, and the attributes do not.
 *
 * Events: `draw` (CustomEvent<string>, the link of the picture that is there), `message` (CustomEvent<string[]>, what of the
 * attributes could not be used, and what is drawn instead) and `error` (CustomEvent<Error>; a figure says it in a sentence, too).
 */
export class PushForwardElement extends HTMLElement {
  /**
   * What it shows, as the fragment of a link; empty until the engine is here. It can be set, to such a fragment or a whole address: from
   * then on an attribute counts when it changes.
   */
  link: string;
}

/** The values of the attribute `view`: one picture, or a figure of the plane, many samples, the path from A to B, or a race of models. */
export type View = 'picture' | 'plane' | 'many' | 'way' | 'race';

declare global {
  interface HTMLElementTagNameMap {
    'push-forward': PushForwardElement;
  }
}
