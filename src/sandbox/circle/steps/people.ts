import { expectLike } from '../../features/expect.ts';
import type { Circle } from '../circle.ts';
import type { Person } from '../side.ts';
import type { Step } from '../step.ts';

const shownOn = async (other: Person, { puppet }: Person): Promise<string | undefined> =>
  (await other.side.admin.userByName(puppet))?.name;

/** Each is shown with their server, and with nothing more however often names go back and forth. */
async function renames(circle: Circle, person: Person, other: Person, name: string): Promise<void> {
  await person.api.setOwnName(name);
  await circle.until(async () =>
    expectLike(await shownOn(other, person), `${name} (${person.side.serverName})`, `the name of @${person.puppet}`),
  );
}

const rename: Step = {
  name: 'profile',
  async play(circle) {
    const { ada, bob } = circle;
    await Promise.all([renames(circle, bob, ada, 'Bob Brewer'), renames(circle, ada, bob, 'Ada Ames')]);
    return 'new names are shown on the other side, each with its server once';
  },
};

export const peopleSteps: readonly Step[] = [rename];
