/*
 * What the static program is linked without.  libsqlite3 and libcrypto could
 * load code and ask for addresses; evault lets them do neither, and with it
 * libc would bring its loader for other people's libraries, the resolver and
 * the name services.  Calls come here (--wrap), and fail as they do where there
 * is nothing to find.
 *
 * libzxcvbn, as Debian has it, can only be linked into a program that always
 * lies at the same addresses.  That these are random is worth more to somebody
 * who opens a stranger's file than its opinion of a passphrase, which comes
 * after that of evault's own lists (format/passphrase.h).
 */
#include <math.h>
#include <netdb.h>
#include <stddef.h>

#include "language.h"

/* NOLINTBEGIN(bugprone-reserved-identifier): the names that the linker gives them */
void *__wrap_dlopen(const char *path, int mode);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **found);
void __wrap_freeaddrinfo(struct addrinfo *none);
int __wrap_getnameinfo(const struct sockaddr *address, socklen_t size, char *host,
		       socklen_t host_size, char *service, socklen_t service_size, int flags);
struct hostent *__wrap_gethostbyname(const char *name);
double ZxcvbnMatch(const char *passphrase, const char **words, void **parts);
/* NOLINTEND(bugprone-reserved-identifier) */

void *
__wrap_dlopen(const char *path, int mode)
{
	(void)path;
	(void)mode;
	return NULL;
}

int
__wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		   struct addrinfo **found)
{
	(void)node;
	(void)service;
	(void)hints;
	*found = NULL;
	return EAI_FAIL;
}

void
__wrap_freeaddrinfo(struct addrinfo *none)
{
	(void)none;
}

int
__wrap_getnameinfo(const struct sockaddr *address, socklen_t size, char *host, socklen_t host_size,
		   char *service, socklen_t service_size, int flags)
{
	(void)address;
	(void)size;
	(void)host;
	(void)host_size;
	(void)service;
	(void)service_size;
	(void)flags;
	return EAI_FAIL;
}

struct hostent *
__wrap_gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}

/* Bits: it is only ever asked whether there are fewer than others found. */
double
ZxcvbnMatch(const char *passphrase, const char **words, void **parts)
{
	(void)passphrase;
	(void)words;
	(void)parts;
	return INFINITY;
}

/* Locales on another machine are another libc's, or none. */
void
language_take_characters(void)
{
}
