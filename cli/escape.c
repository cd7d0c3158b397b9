#include "escape.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "utf8.h"

/* The form of the character at the start of `s`, NUL-terminated; how many bytes it took. */
static size_t
escape_step(const char *s, size_t len, char form[16])
{
	uint32_t point = 0;
	size_t n = utf8_decode(s, len, &point);

	if (n == 0 || point < 0x20 || point == 0x7F)
		snprintf(form, 16, "\\x%02X", (unsigned)(unsigned char)s[0]);
	else if (point == '\\')
		snprintf(form, 16, "\\\\");
	else if (utf8_is_hidden(point))
		snprintf(form, 16, "\\u{%04X}", (unsigned)point);
	else
		snprintf(form, 16, "%.*s", (int)n, s);
	return n == 0 ? 1 : n;
}

void
escape_write(FILE *out, const char *raw, size_t len)
{
	char form[16];
	size_t i;

	for (i = 0; i < len;) {
		i += escape_step(raw + i, len - i, form);
		fputs(form, out);
	}
}

char *
escape_text(const char *raw)
{
	size_t len = strlen(raw), size = 0, i;
	char form[16], *text;

	text = memory_need(len * 8 + 1); /* \xNN is 4 bytes for 1, \u{NNNN} 8 for 2 and more */
	for (i = 0; i < len;) {
		i += escape_step(raw + i, len - i, form);
		memcpy(text + size, form, strlen(form));
		size += strlen(form);
	}
	text[size] = '\0';
	return text;
}

char *
escape_for_shell(const char *raw)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+,:@%=";
	char *text = escape_text(raw), *quoted;
	size_t size = 0, i;

	if (text[0] != '\0' && text[0] != '-' && text[strspn(text, plain)] == '\0')
		return text;
	quoted = memory_need(strlen(text) * 4 + 3);
	quoted[size++] = '\'';
	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] == '\'') {
			memcpy(quoted + size, "'\\''", 4);
			size += 4;
		} else {
			quoted[size++] = text[i];
		}
	}
	quoted[size++] = '\'';
	quoted[size] = '\0';
	free(text);
	return quoted;
}
