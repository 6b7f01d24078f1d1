import { compareSteps } from './steps/compare.ts';
import { directSteps } from './steps/direct.ts';
import { fileSteps } from './steps/files.ts';
import { peopleSteps } from './steps/people.ts';
import { rightSteps } from './steps/rights.ts';
import { roomSteps } from './steps/rooms.ts';
import { talkSteps } from './steps/talk.ts';
import type { Step } from './step.ts';

/** The whole circle, in the order in which it is played. */
export const steps: readonly Step[] = [
  ...roomSteps,
  ...talkSteps,
  ...fileSteps,
  ...directSteps,
  ...peopleSteps,
  ...rightSteps,
  ...compareSteps,
];
