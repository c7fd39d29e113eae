/** The page's first step: which room, then the lobby, then the call. */
import { z } from 'zod';
import { roomNameSchema } from '../protocol/participants.ts';
import { Call } from './call.ts';
import { byId } from './view/dom.ts';
import { failure, lobby, waiting, type LobbyChoice } from './view/lobby.ts';

// Compiled checks need `eval`, which the page's security policy rightly forbids.
z.config({ jitless: true });

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
    else
      byId('app').replaceChildren(
        failure('You could not join', error instanceof Error ? error.message : String(error), showLobby),
      );
  });
  const leave = (): void => call.leave();
  addEventListener('pagehide', leave);
}

showLobby();
