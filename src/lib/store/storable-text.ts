/**
 * The store's one rule for text: a NUL character and half of a surrogate pair become U+FFFD.
 * PostgreSQL refuses NUL, and no UTF-8 text can hold a lone surrogate. Applied to every parameter of
 * every statement on both engines, so what is looked up is spelt like what was written. JSON bodies
 * hold both as escapes (`\u0000`, `\ud800`) and pass unchanged.
 */
export const storableText = (text: string): string =>
  (text.isWellFormed() ? text : text.toWellFormed()).replaceAll('\0', '\uFFFD');
