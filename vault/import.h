/*
 * What a device that may only add keeps of an import while it lasts
 * (FORMAT.md, section 10): the catalog of what this import has committed, and nothing of
 * what was kept before.
 *
 * Invariants:
 *  1. It is sealed with a key that the holder has, so that an import that was
 *     cut short can be taken up; whoever has that key can ask it whether a
 *     file is in it.  So it is destroyed when the import is complete (G6).
 *  2. Without it everything is right, and some of it is kept twice.
 */
#ifndef EV_IMPORT_H
#define EV_IMPORT_H

#include "vault.h"

/*
 * Takes up what an import that was cut short has left, or begins: v->catalog
 * becomes it.  For a vault that is open for writing and cannot be read.  Where
 * nothing can be written it is in memory.  E_NOMEM, E_IO.
 */
enum evault_status ev_import_begin(struct evault *v, struct evault_error *err);
/* After a commit of the log.  A failure is no matter (invariant 2). */
void ev_import_commit(struct evault *v);
/*
 * Ends it; `keep`: it stays on the disk as it was committed last.  Otherwise
 * it is destroyed: E_IO when it still lies there, which is told.  v->catalog is empty then.
 */
enum evault_status ev_import_end(struct evault *v, bool keep, struct evault_error *err);
/* Is the file in the place of the index one of these, whoever made it? */
bool ev_import_is_there(const struct evault *v);

#endif
