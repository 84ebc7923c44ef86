import '@fontsource-variable/inter/index.css';
import 'twemoji-colr-font/twemoji.css';
import './style/base.css';
import './style/chat.css';
import './style/cards.css';
import './style/stage.css';
import './style/narrow.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { onBecome } from './facts.ts';
import { connect } from './server.ts';
import { become } from './side.tsx';
import { now } from './state.ts';

onBecome(become);
setInterval(() => {
  now.value = Date.now();
}, 1_000);
const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
connect();
