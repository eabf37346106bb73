'use client';

import pushforward from 'pushforward';
import 'pushforward/element';
import { useEffect } from 'react';

export default function Page() {
  useEffect(() => {
    Object.assign(globalThis, { pushforward });
  }, []);
  return <push-forward model="vae-fashion" seed="42" of-class="1" />;
}
