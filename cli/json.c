#include "json.h"

#include <string.h>

#include "utf8.h"

static void
json_escaped(FILE *out, uint32_t point)
{
	if (point > 0xFFFF) {
		point -= 0x10000;
		fprintf(out, "\\u%04X\\u%04X", 0xD800U | point >> 10, 0xDC00U | (point & 0x3FF));
	} else {
		fprintf(out, "\\u%04X", (unsigned)point);
	}
}

static void
json_quoted(FILE *out, const char *bytes, size_t len)
{
	uint32_t point;
	size_t i, n;

	fputc('"', out);
	for (i = 0; i < len; i += n) {
		n = utf8_decode(bytes + i, len - i, &point);
		if (n == 0) {
			fputs("\xEF\xBF\xBD", out);
			n = 1;
		} else if (point == '"' || point == '\\') {
			fprintf(out, "\\%c", (int)point);
		} else if (utf8_is_hidden(point)) {
			json_escaped(out, point);
		} else {
			fwrite(bytes + i, 1, n, out);
		}
	}
	fputc('"', out);
}

static void
json_base64_quoted(FILE *out, const char *bytes, size_t len)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *at = (const unsigned char *)bytes;
	size_t i, n;
	uint32_t v;

	fputc('"', out);
	for (i = 0; i < len; i += 3) {
		n = len - i < 3 ? len - i : 3;
		v = (uint32_t)at[i] << 16;
		v |= n > 1 ? (uint32_t)at[i + 1] << 8 : 0;
		v |= n > 2 ? at[i + 2] : 0;
		fputc(digits[v >> 18], out);
		fputc(digits[v >> 12 & 63], out);
		fputc(n > 1 ? digits[v >> 6 & 63] : '=', out);
		fputc(n > 2 ? digits[v & 63] : '=', out);
	}
	fputc('"', out);
}

static void
json_next(struct json *json)
{
	if (json->comma)
		fputs(", ", json->out);
	json->comma = true;
}

void
json_name(struct json *json, const char *name, size_t len)
{
	json_next(json);
	json_quoted(json->out, name, len);
	fputs(": ", json->out);
	json->comma = false; /* what comes now is its value */
}

static void
json_key(struct json *json, const char *name)
{
	if (name != NULL)
		json_name(json, name, strlen(name));
}

struct json
json_begin(FILE *out)
{
	fputc('{', out);
	return (struct json){ .out = out };
}

void
json_end(struct json *json)
{
	fputs("}\n", json->out);
}

void
json_string(struct json *json, const char *bytes, size_t len)
{
	json_next(json);
	json_quoted(json->out, bytes, len);
}

void
json_base64(struct json *json, const char *name, const char *bytes, size_t len)
{
	json_key(json, name);
	json_next(json);
	json_base64_quoted(json->out, bytes, len);
}

void
json_bytes(struct json *json, const char *name, const char *bytes, size_t len)
{
	char second[80];

	json_key(json, name);
	json_string(json, bytes, len);
	if (utf8_is_valid(bytes, len))
		return;
	snprintf(second, sizeof(second), "%s_base64", name);
	json_base64(json, second, bytes, len);
}

void
json_text(struct json *json, const char *name, const char *text)
{
	json_bytes(json, name, text, strlen(text));
}

void
json_number(struct json *json, const char *name, uint64_t number)
{
	json_key(json, name);
	json_next(json);
	fprintf(json->out, "%llu", (unsigned long long)number);
}

void
json_bool(struct json *json, const char *name, bool value)
{
	json_key(json, name);
	json_next(json);
	fputs(value ? "true" : "false", json->out);
}

void
json_array_begin(struct json *json, const char *name)
{
	json_key(json, name);
	json_next(json);
	fputc('[', json->out);
	json->comma = false;
}

void
json_array_end(struct json *json)
{
	fputc(']', json->out);
	json->comma = true;
}

void
json_object_begin(struct json *json, const char *name, size_t len)
{
	if (name != NULL)
		json_name(json, name, len);
	json_next(json);
	fputc('{', json->out);
	json->comma = false;
}

void
json_object_end(struct json *json)
{
	fputc('}', json->out);
	json->comma = true;
}
