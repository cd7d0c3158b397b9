/*
 * What the notes that travel with bundles have in common: "<kind>1", then
 * lines "<key> <value>", then one signature by an actor.
 */
#ifndef EV_FORMAT_NOTE_TEXT_H
#define EV_FORMAT_NOTE_TEXT_H

#include "format/entry.h"

/*
 * Parses a note whose text's first line is `kind` ("evault/share/v") and 1,
 * and that has one signature, in an actor's name; *lines begins after that
 * line.  E_FORMAT; E_LIMIT above EV_NOTE_MAX; E_VERSION for another number.
 */
enum evault_status ev_note_open_kind(struct ev_slice bytes, const char *kind, struct ev_note *note,
				     struct ev_cursor *lines, struct evault_error *err);

/*
 * Each passes over a line, which must have this key and be of the form that
 * is written; otherwise the cursor turns bad.
 */
void ev_note_take_origin(struct ev_cursor *c, const char *key, char out[EVAULT_ORIGIN_SIZE]);
/* Without a key for the rest of a line: "tree 7 <hash>". */
void ev_note_take_hash(struct ev_cursor *c, const char *key, struct ev_hash *out);
/* RFC 3339, UTC, no fraction. */
void ev_note_take_time(struct ev_cursor *c, const char *key, int64_t *seconds);

#endif
