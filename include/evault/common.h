/* What all calls have in common: how they fail, how long texts are, how far they have come. */
#ifndef EVAULT_COMMON_H
#define EVAULT_COMMON_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Values are pinned and never reused. */
enum evault_status {
	EVAULT_OK = 0,
	EVAULT_E_USAGE = 1,       /* an argument cannot be right */
	EVAULT_E_IO = 2,          /* the system refused a read, write, sync, open … */
	EVAULT_E_NOMEM = 3,       /* memory could not be had, or not be locked */
	EVAULT_E_NOT_FOUND = 4,   /* no such file, item or key */
	EVAULT_E_EXISTS = 5,      /* something is there already, and is left alone */
	EVAULT_E_NOT_VAULT = 6,   /* the folder is not a vault */
	EVAULT_E_VERSION = 7,     /* made by a newer evault than this one */
	EVAULT_E_DAMAGED = 8,     /* kept bytes are not what was kept */
	EVAULT_E_KEY = 9,         /* wrong passphrase, or no key given opens this */
	EVAULT_E_BUSY = 10,       /* another process is writing */
	EVAULT_E_READ_ONLY = 11,  /* the medium cannot be written */
	EVAULT_E_FULL = 12,       /* no room left */
	EVAULT_E_CHANGED = 13,    /* a source changed while it was read */
	EVAULT_E_LIMIT = 14,      /* larger than what is taken, to bound memory */
	EVAULT_E_CANCELLED = 15,  /* a callback asked to stop */
	EVAULT_E_FORMAT = 16,     /* bytes from outside are not of the form they should be */
	EVAULT_E_DENIED = 17,     /* this holder's role does not allow it */
	EVAULT_E_NO_KEYRING = 18, /* the kernel cannot keep keys for this session */
};

struct evault_error {
	enum evault_status status;
	int sys; /* errno, or 0 */
	char text[500];
};

/* "0.1.0" and the build it came from, as `evault version` prints them. */
const char *evault_version(void);
const char *evault_build(void);

/* A vault that is open: evault_open. */
struct evault;

/* Sizes of the texts that calls fill. */
enum {
	EVAULT_IDENTITY_SIZE = 80,     /* "AGE-SECRET-KEY-1…" and its NUL fit */
	EVAULT_RECIPIENT_SIZE = 72,    /* "age1…" and its NUL fit */
	EVAULT_CITATION_SIZE = 28,     /* "3f9a01-18446744073709551615" and its NUL */
	EVAULT_HEX_SIZE = 65,          /* SHA-256 in hex and its NUL */
	EVAULT_ORIGIN_SIZE = 72,       /* "evault/<64 hex>" and its NUL */
	EVAULT_VKEY_SIZE = 144,        /* a verifier key of evault, and its NUL */
	EVAULT_TIME_SIZE = 21,         /* "2026-11-22T09:15:09Z" and its NUL */
	EVAULT_HOLDER_NAME_SIZE = 256, /* bytes of a holder's name, and its NUL */
};
enum {
	EVAULT_PASSPHRASE_MAX = 1024, /* bytes, without the NUL */
	EVAULT_RECORD_MAX = 262144,   /* bytes of one record */
};

/* How far a long call has come. */
struct evault_progress {
	uint64_t files_done, files_total;
	uint64_t bytes_done, bytes_total;
};

/* Frees what a call gave away to be freed.  NULL is fine. */
void evault_free(void *p);

#ifdef __cplusplus
}
#endif
#endif
