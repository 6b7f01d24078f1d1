import { type Check, passes } from '../check.ts';
import { firstAnswer, inShort, objectOf } from '../facts/ask-server.ts';

export const directory: Check = {
  id: 'F7',
  group: 'federation',
  title: 'Whether its public rooms can be searched',
  severity: 'info',
  fix: 'printed',
  about: 'name',
  needs: ['T6', 'K1'],
  why: '`rooms search --server` asks the other homeserver for its directory. Synapse keeps it to itself unless told otherwise.',
  async run(context) {
    const { answer, problem } = await firstAnswer(context, { path: '/_matrix/client/v3/publicRooms?limit=1' });
    if (answer?.status === 200) {
      const total = objectOf(answer)?.['total_room_count_estimate'];
      return passes(typeof total === 'number' ? `about ${total} rooms, for everybody` : 'for everybody');
    }
    const why = answer === undefined ? (problem ?? '') : inShort(answer);
    return {
      status: 'info',
      detail: answer?.status === 401 ? 'only those with an account there' : `they can not be (${why})`,
      cure: {
        text: 'To let others search:',
        config: { file: 'homeserver.yaml', lines: ['allow_public_rooms_over_federation: true'] },
      },
    };
  },
};
