/** The page's first step: which room, then the lobby, then the call. */
import '../overlay/no-eval.ts';
import '../overlay/index.ts';
import 'uplot/dist/uPlot.min.css';
import { roomNameSchema } from '../protocol/participants.ts';
import { Call } from './call.ts';
import { speak, t } from './texts.ts';
import { byId } from './view/dom.ts';
import { failure, lobby, waiting, type LobbyChoice } from './view/lobby.ts';

function showLobby(): void {
  const asked = roomNameSchema.safeParse(new URLSearchParams(location.search).get('room'));
  byId('app').replaceChildren(lobby({ room: asked.success ? asked.data : 'lobby' }, join));
}

function join(choice: LobbyChoice): void {
  const address = new URL(location.href);
  address.searchParams.set('room', choice.room);
  history.replaceState(null, '', address);
  byId('app').replaceChildren(waiting());
  const call = new Call(choice, (error) => {
    removeEventListener('pagehide', leave);
    if (error === undefined) showLobby();
    else byId('app').replaceChildren(failure(t('couldNotJoin'), error.message, showLobby));
  });
  const leave = (): void => call.leave();
  addEventListener('pagehide', leave);
}

speak(new URLSearchParams(location.search).get('lang'), navigator.languages);
showLobby();
