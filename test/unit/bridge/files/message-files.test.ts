import { describe, expect, it } from 'vitest';
import { filePath, readCaption, readFiles } from '../../../../src/lib/bridge/workspace/message-files.ts';

const file = { _id: 'aB3', name: 'plan.pdf', type: 'application/pdf', size: 12 };
const read = { id: 'aB3', name: 'plan.pdf', contentType: 'application/pdf', size: 12 };

describe('the files of a Rocket.Chat message', () => {
  it.each([
    ['none', {}, []],
    ['one without a list', { file }, [read]],
    ['a list, which names the first file once more', { file, files: [file] }, [read]],
    ['a file that is listed twice', { files: [file, file] }, [read]],
    [
      'a picture and its preview',
      { files: [file, { ...file, _id: 'thumb', name: 'thumb-plan.pdf', typeGroup: 'thumb' }] },
      [{ ...read, thumbnail: { ...read, id: 'thumb', name: 'thumb-plan.pdf' } }],
    ],
    ['a preview of nothing', { files: [file, { ...file, _id: 'thumb', typeGroup: 'thumb' }] }, [read]],
    ['nothing but an id', { file: { _id: 'x' } }, [{ id: 'x', name: '', contentType: '', size: undefined }]],
    ['a size that is none', { file: { ...file, size: -1 } }, [{ ...read, size: undefined }]],
    ['an id that leads elsewhere', { file: { ...file, _id: '../../api' } }, []],
    ['what is no file', { file: 7, files: [null, 'x', [], {}] }, []],
  ])('%s', (_, message, expected) => {
    expect(readFiles(message)).toEqual(expected);
  });

  it('are had under their id, whatever their name', () => {
    expect(filePath({ ...read, name: 'a/b?c#\uD800.txt' })).toBe('/file-upload/aB3/a%2Fb%3Fc%23%EF%BF%BD.txt');
    expect(filePath({ ...read, name: '' })).toBe('/file-upload/aB3/file');
  });

  it.each([
    [
      'the description of the first attachment',
      { attachments: [{ description: 'mine' }, { description: 'x' }] },
      'mine',
    ],
    ['nothing where it is empty', { attachments: [{ description: '' }] }, undefined],
    ['nothing where it is no text', { attachments: [{ description: 7 }] }, undefined],
    ['nothing without attachments', { attachments: 'none' }, undefined],
  ])('have as caption %s', (_, message, expected) => {
    expect(readCaption(message)).toBe(expected);
  });
});
