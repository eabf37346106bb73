import pushforward from 'pushforward';

Object.assign(globalThis, { pushforward });
