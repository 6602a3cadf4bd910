import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Api } from './api';
import { App } from './app';
import { configured } from './configuration';
import './style.css';

const place = document.getElementById('root');
if (!place) throw new Error('index.html has no #root');
const root = createRoot(place);
try {
  const api = new Api(await configured());
  root.render(
    <StrictMode>
      <App api={api} />
    </StrictMode>,
  );
} catch (error) {
  root.render(
    <p className="broken" role="alert">
      This page is not configured. {error instanceof Error ? error.message : ''}
    </p>,
  );
}
