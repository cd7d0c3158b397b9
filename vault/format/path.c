#include "format/path.h"

#include <string.h>

#include "format/fold.h"

struct ev_slice
ev_path_plain(struct ev_slice path)
{
	while (ev_slice_starts(path, "./"))
		path = ev_slice_of(path.data + 2, path.len - 2);
	return path;
}

static bool
is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The next part, and what comes after its slash; false when there is none. */
static bool
next_part(struct ev_slice *rest, bool *more, struct ev_slice *part)
{
	const uint8_t *slash;

	if (!*more)
		return false;
	slash = rest->len > 0 ? memchr(rest->data, '/', rest->len) : NULL;
	*more = slash != NULL;
	*part = ev_slice_of(rest->data, slash != NULL ? (size_t)(slash - rest->data) : rest->len);
	if (slash != NULL)
		*rest = ev_slice_of(slash + 1, rest->len - part->len - 1);
	return true;
}

static const char *
fault_of_parts(struct ev_slice path)
{
	struct ev_slice part;
	bool more = true;

	while (next_part(&path, &more, &part)) {
		if (part.len == 0)
			return N_("an empty part");
		if (ev_slice_is(part, ".") || ev_slice_is(part, ".."))
			return N_("a part of it is . or ..");
	}
	return NULL;
}

static const char *
fault_of(struct ev_slice path)
{
	if (path.len == 0)
		return N_("it is empty");
	if (path.len > EV_PATH_MAX)
		return N_("it is too long");
	if (memchr(path.data, '\0', path.len) != NULL)
		return N_("a NUL in it");
	if (memchr(path.data, '\\', path.len) != NULL)
		return N_("a backslash in it");
	if (path.data[0] == '/')
		return N_("it begins with a slash");
	if (path.data[0] == '~')
		return N_("it begins with ~");
	if (path.len >= 2 && path.data[1] == ':' && is_letter(path.data[0]))
		return N_("it begins with a drive");
	return fault_of_parts(path);
}

enum evault_status
ev_path_check(struct ev_slice path, struct evault_error *err)
{
	const char *fault = fault_of(path);
	char raw[EV_SHOW_SIZE + 1], shown[EV_SHOW_SIZE];
	size_t len;

	if (fault == NULL)
		return EVAULT_OK;
	len = path.len < EV_SHOW_SIZE ? path.len : EV_SHOW_SIZE;
	if (len > 0)
		memcpy(raw, path.data, len);
	raw[len] = '\0';
	return ev_fail(err, EVAULT_E_FORMAT, "the name \"%s\": %s", ev_show_path(raw, shown),
		       ev_translate(fault));
}

void
ev_path_key(struct ev_buf *out, struct ev_slice path)
{
	struct ev_slice part;
	bool more = true;

	while (next_part(&path, &more, &part)) {
		while (part.len > 0 &&
		       (part.data[part.len - 1] == '.' || part.data[part.len - 1] == ' '))
			part.len--;
		ev_fold_caseless(out, part);
		if (more)
			ev_buf_puts(out, "/");
	}
}
