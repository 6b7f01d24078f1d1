import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';

const location = feature({
  feature: 'location',
  direction: 'to Rocket.Chat',
  says: 'A place is a link to a map, and a point that clients show as one.',
  limits: 'A position that is shared for a while is its beginning; an edit leaves the point where it was.',
  prepare: nothing,
  change: (scene) =>
    scene.aliceSays({ msgtype: 'm.location', body: `St Stephen's ${scene.mark}`, geo_uri: 'geo:48.2082,16.3738;u=20' }),
  async shown({ workspace, mark, puppet }) {
    const { author, text, raw } = await workspace.saying(mark);
    expectLike(author, puppet, 'the author');
    const map = 'https://www.openstreetmap.org/?mlat=48.2082&mlon=16.3738#map=16/48.2082/16.3738';
    expectLike(text, `📍 [St Stephen's ${mark}](${map}) (within 20 m)`, 'the text');
    expectLike(raw['location'], { type: 'Point', coordinates: [16.3738, 48.2082] }, 'the point');
    return text;
  },
});

const call = feature({
  feature: 'call',
  direction: 'to Rocket.Chat',
  says: 'That somebody calls is told once.',
  limits: 'Nobody can join it from there; its course is not told.',
  prepare: nothing,
  change: (scene) =>
    scene.aliceSays({ notification_type: 'ring', 'm.mentions': { room: true } }, 'org.matrix.msc4075.rtc.notification'),
  async shown({ workspace, puppet }) {
    const { author, text } = await workspace.saying('video call');
    expectLike(author, puppet, 'the author');
    expectLike(text, "_started a video call on Matrix, which can't be joined from here_", 'the text');
    return text;
  },
});

const unknown = feature({
  feature: 'unknown kind',
  direction: 'to Rocket.Chat',
  says: 'What is no kind of message that is known is its plain text, with the name of the kind.',
  limits: 'Without any text it is not shown, and the log says so.',
  prepare: nothing,
  change: (scene) => scene.aliceSays({ body: `rolled a six ${scene.mark}` }, 'org.example.dice'),
  async shown({ workspace, mark, puppet }) {
    const { author, text } = await workspace.saying(mark);
    expectLike(author, puppet, 'the author');
    expectLike(text, `rolled a six ${mark}\n[org.example.dice]`, 'the text');
    return text;
  },
});

const encrypted = feature({
  feature: 'encrypted message',
  direction: 'to Rocket.Chat',
  says: 'One notice in the room, on both sides, that it cannot be read, and what helps.',
  limits: 'What is encrypted is never shown; a room that is encrypted already is not linked.',
  prepare: nothing,
  change: (scene) =>
    scene.aliceSays(
      { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'AwgAEnACgAkLmt6qF84IK', session_id: scene.mark },
      'm.room.encrypted',
    ),
  async shown({ workspace, matrix }) {
    const { text } = await workspace.saying('The Matrix room is encrypted');
    await matrix.saying("can't be read in Rocket.Chat");
    return text;
  },
});

export const otherKindRows: readonly Feature[] = [location, call, unknown, encrypted];
