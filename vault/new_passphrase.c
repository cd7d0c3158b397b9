/* Passphrases, for those who set one. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/passphrase.h"
#include "format/words.h"

_Static_assert((size_t)EVAULT_PASSPHRASE_MADE_SIZE >= (size_t)EV_WORDS_PASSPHRASE_SIZE &&
		   (int)EVAULT_WORDS_RUSSIAN == (int)EV_WORDS_RUSSIAN,
	       "the public header says the same");

enum evault_status
evault_passphrase_make(enum evault_words words, char out[EVAULT_PASSPHRASE_MADE_SIZE],
		       struct evault_error *err)
{
	enum evault_status rc = ev_secret_start(err);

	if (rc == EVAULT_OK)
		ev_words_passphrase((enum ev_words_language)words, EV_PASSPHRASE_BITS_MADE, out);
	return rc;
}

enum evault_status
evault_passphrase_check(const char *text, const char *const *names, size_t n_names,
			struct evault_error *err)
{
	enum evault_status rc = ev_secret_start(err);

	if (rc == EVAULT_OK && text[0] == '\0')
		return ev_fail(err, EVAULT_E_USAGE, "an empty passphrase protects nothing");
	return rc == EVAULT_OK ? ev_passphrase_check(ev_slice_text(text), names, n_names, err) : rc;
}
