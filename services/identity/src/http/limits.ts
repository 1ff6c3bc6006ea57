/** Routes that hash passwords refuse a large body before anything is parsed. */
export const AUTH_BODY_LIMIT = 16 * 1024;
