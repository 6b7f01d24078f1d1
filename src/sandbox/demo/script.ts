/** What the two people of the demo say. Bob writes Rocket.Chat's markdown, Alice what a Matrix client sends. */

/** Turn by turn, each waiting for the other: Bob, Alice, Bob, Alice … */
export const hello: readonly (readonly [bob: string, alice: string])[] = [
  ['Good morning from *Rocket.Chat*!', 'Good morning from <strong>Matrix</strong>!'],
  ['Is the _Marigold_ in yet?', 'She is at <em>pier 4</em> since six.'],
  ['And the ~cargo~ crates?', 'All <del>thirteen</del> twelve of them.'],
  ['Run `count --crates` to be sure', 'It says <code>12</code>'],
  ['Then we sign at noon.', 'I bring the papers.'],
];

export const correction = {
  bob: { wrong: 'We meet at peer 4', right: 'We meet at pier 4' },
  alice: { wrong: 'The gate code is on the bord', right: 'The gate code is on the board' },
};

export const regret = { bob: 'The captain snores', alice: 'So does the first mate' };

/** Said by both at the same time while the bridge is killed. */
export const lively = {
  bob: [
    'The first crate is up',
    'The second one too',
    'Number three is heavy',
    'Four is fine',
    'Five is marked fragile',
    'Six went to the left',
    'Seven to the right',
    'Eight is open, closing it',
    'Nine is on the cart',
    'Ten is on the cart',
    'Eleven needs two people',
    'Twelve, that was the last',
  ],
  alice: [
    'I tick off the first',
    'Second, ticked',
    'Third, ticked',
    'Fourth, ticked',
    'Fifth, with care',
    'Sixth, ticked',
    'Seventh, ticked',
    'Eighth, is it wet?',
    'Ninth, ticked',
    'Tenth, ticked',
    'Eleventh, ticked',
    'Twelfth, the list is full',
  ],
};

export const goodbye: typeof hello = [
  ['Did you get all of that?', 'Every line, and in order.'],
  ['Nothing twice?', 'Nothing twice.'],
  ['See you at noon.', 'See you at noon.'],
];
