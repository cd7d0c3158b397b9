/*
 * The texts of items: read from the packs, to be filed and to be shown.
 */
#ifndef EV_TEXT_H
#define EV_TEXT_H

#include "format/extract.h"
#include "vault.h"

/*
 * The text of an original, in `text`, from the first copy that can be read.
 * The media type must be one that ev_extract_takes.  With `verify` the whole
 * original is read, and is what was kept; otherwise as much as it takes.
 * E_NOT_FOUND, E_DAMAGED, E_IO, E_NOMEM.  Takes EV_EXTRACT_MAX at most.
 */
enum evault_status ev_vault_text(struct evault *v, const struct ev_hash *sha256,
				 struct ev_slice media_type, bool verify, struct ev_buf *text,
				 struct evault_error *err);

#endif
